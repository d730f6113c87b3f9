//===- DataSources.h - where the array of each input comes from ----------------------------------------------------------===//

#ifndef NIBBLE_LIB_DATA_DATASOURCES_H
#define NIBBLE_LIB_DATA_DATASOURCES_H

#include "nibble/Data/DataSet.h"

namespace nibble::data {

/// The array for one input, and what to call it in errors.
struct NamedSource {
  std::string location;
  std::unique_ptr<ArraySource> source;
};

/// How the array of an input is cut into batches: `outer` times `numSamples` samples of `sampleSize` elements, of which a
/// batch takes `batchSize` each time.
struct BatchLayout {
  int64_t outer, numSamples, sampleSize, batchSize;
  /// The shape of a batch; along `axis` the last one may be shorter. -1: all are alike.
  Shape shape;
  int64_t axis;

  int64_t getNumBatches() const { return (numSamples + batchSize - 1) / batchSize; }
};

/// How an array of shape `shape` feeds `input`; nothing when it does not (DataSet lists how it may).
std::optional<BatchLayout> getBatchLayout(llvm::ArrayRef<int64_t> shape, const DataInput &input);

/// One source for each input; DataSet::open says how they are found.
llvm::Expected<std::vector<NamedSource>> openSources(llvm::StringRef path, llvm::ArrayRef<DataInput> inputs,
                                                     const ImageOptions &images);

} // namespace nibble::data

#endif // NIBBLE_LIB_DATA_DATASOURCES_H
