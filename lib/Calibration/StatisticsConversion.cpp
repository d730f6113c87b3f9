//===- StatisticsConversion.cpp - statistics in the IR --------------------------------------------------------===//

#include "nibble/Calibration/StatisticsConversion.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::numerics;

/// `values` as a tensor of pairs; null when there are none.
template <typename T> static ElementsAttr getPairs(Type elementType, ArrayRef<T> values) {
  if (values.empty())
    return {};
  return DenseElementsAttr::get(RankedTensorType::get({static_cast<int64_t>(values.size() / 2), 2}, elementType), values);
}

/// Null when there are no sums.
static ElementsAttr getMeans(Builder &builder, ArrayRef<float> channelSums, uint64_t count) {
  if (channelSums.empty() || count == 0)
    return {};
  double countOfOne = double(count) / double(channelSums.size());
  auto means = llvm::map_to_vector(channelSums, [&](float sum) { return static_cast<float>(double(sum) / countOfOne); });
  auto type = RankedTensorType::get({static_cast<int64_t>(means.size())}, builder.getF32Type());
  return DenseElementsAttr::get(type, ArrayRef<float>(means));
}

StatisticsAttr calibration::convertToAttribute(MLIRContext *context, const Statistics &statistics,
                                               ArrayRef<float> channelSums) {
  SmallVector<float> batches;
  for (const BatchRange &batch : statistics.batches())
    batches.append({batch.min, batch.max});
  SmallVector<int64_t> bins;
  statistics.histogram().forEach([&](int32_t bin, uint64_t count) {
    bins.append({static_cast<int64_t>(bin), static_cast<int64_t>(count)});
  });
  Builder builder(context);
  bool isEmpty = statistics.count() == 0;
  return StatisticsAttr::get(context, statistics.count(), builder.getF32FloatAttr(isEmpty ? 0 : statistics.min()),
                             builder.getF32FloatAttr(isEmpty ? 0 : statistics.max()),
                             getPairs<float>(builder.getF32Type(), batches),
                             getPairs<int64_t>(builder.getI64Type(), bins),
                             getMeans(builder, channelSums, statistics.count()));
}

/// The elements of a tensor of pairs, one after the other; fails when they are not in the IR.
template <typename T> static FailureOr<SmallVector<T>> getElements(ElementsAttr pairs) {
  if (!pairs)
    return SmallVector<T>();
  auto dense = dyn_cast<DenseElementsAttr>(pairs);
  if (!dense)
    return failure();
  return llvm::to_vector(dense.getValues<T>());
}

FailureOr<Statistics> calibration::convertFromAttribute(StatisticsAttr attribute) {
  FailureOr<SmallVector<float>> ranges = getElements<float>(attribute.getBatches());
  FailureOr<SmallVector<int64_t>> bins = getElements<int64_t>(attribute.getHistogram());
  if (failed(ranges) || failed(bins))
    return failure();
  std::vector<BatchRange> batches;
  for (size_t i = 0; i < ranges->size(); i += 2)
    batches.push_back({(*ranges)[i], (*ranges)[i + 1]});
  Histogram histogram;
  for (size_t i = 0; i < bins->size(); i += 2) {
    int64_t bin = (*bins)[i], count = (*bins)[i + 1];
    if (bin < Histogram::minBin || bin > Histogram::maxBin || count < 1)
      return failure();
    histogram.addBin(bin, count);
  }
  return Statistics(attribute.getMin().getValue().convertToFloat(), attribute.getMax().getValue().convertToFloat(),
                    /*nans=*/0, /*infinities=*/0, std::move(batches), std::move(histogram));
}
