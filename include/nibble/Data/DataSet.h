//===- DataSet.h - what a program is run on --------------------------------------------------------------------------===//

#ifndef NIBBLE_DATA_DATASET_H
#define NIBBLE_DATA_DATASET_H

#include "nibble/Data/ArraySource.h"
#include "nibble/Data/Images.h"

namespace nibble::data {

/// An input that is to be fed.
struct DataInput {
  std::string name;
  /// What one run takes.
  ArraySpec type;
  /// The axis along which independent samples lie, or -1.
  int64_t batchAxis = -1;
};

/// Data for all inputs of a program, read batch by batch: memory is bounded by one batch (and one image).
///
/// The array of an input has the input's shape, except that
/// * along the batch axis it may have any number of samples, which are then cut into batches, the last one shorter;
/// * without a batch axis, the first dimension may be a multiple of the input's;
/// * there may be one dimension more in front, which counts batches;
/// * a single sample may leave out the batch axis.
/// Elements are converted to the input's dtype where it can hold them.
class DataSet {
public:
  virtual ~DataSet() = default;

  /// Opens one of
  /// * a .npz file with arrays named after the inputs; a single input takes the only array, or the only one that fits;
  /// * a .npy file, for a single input;
  /// * a folder with one .npy file for each input, named after it; or, for a single input, of .npy files with samples, in the
  ///   order of their names;
  /// * a folder of .png, .jpg and .jpeg images, for a single input, in the order of their names.
  /// Errors name file and array with expected and actual type, all of them.
  static llvm::Expected<std::unique_ptr<DataSet>> open(llvm::StringRef path, llvm::ArrayRef<DataInput> inputs,
                                                       const ImageOptions &images = {});

  virtual int64_t getNumBatches() const = 0;

  /// What one run takes, in the order of the inputs. A NaN or an infinity is an error that says where it is.
  virtual llvm::Expected<std::vector<Array>> readBatch(int64_t index) = 0;
};

} // namespace nibble::data

#endif // NIBBLE_DATA_DATASET_H
