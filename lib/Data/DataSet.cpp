//===- DataSet.cpp - cuts arrays into batches --------------------------------------------------------------------------===//

#include "nibble/Data/DataSet.h"
#include "DataSources.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace nibble::data;

static int64_t getProduct(ArrayRef<int64_t> dims) {
  return std::accumulate(dims.begin(), dims.end(), int64_t(1), std::multiplies<int64_t>());
}

/// The layout when samples lie along `axis` of `shape`; nothing when another dimension differs.
static std::optional<BatchLayout> getLayoutAlong(int64_t axis, ArrayRef<int64_t> shape, const DataInput &input) {
  ArrayRef<int64_t> expected = input.type.shape;
  for (auto [dim, size] : enumerate(shape))
    if (static_cast<int64_t>(dim) != axis && size != expected[dim])
      return std::nullopt;
  BatchLayout layout{getProduct(shape.take_front(axis)), shape[axis], getProduct(shape.drop_front(axis + 1)),
                     expected[axis], input.type.shape, input.batchAxis};
  bool cutsEvenly = layout.batchSize > 0 && layout.numSamples % layout.batchSize == 0;
  if (layout.batchSize < 1 || (input.batchAxis < 0 && !cutsEvenly))
    return std::nullopt;
  return layout;
}

std::optional<BatchLayout> nibble::data::getBatchLayout(ArrayRef<int64_t> shape, const DataInput &input) {
  ArrayRef<int64_t> expected = input.type.shape;
  if (shape.size() == expected.size() && !shape.empty())
    return getLayoutAlong(std::max<int64_t>(input.batchAxis, 0), shape, input);
  if (shape == expected) // a single number
    return BatchLayout{1, 1, 1, 1, input.type.shape, -1};
  if (shape.size() == expected.size() + 1 && shape.drop_front() == expected)
    return BatchLayout{1, shape[0], getProduct(expected), 1, input.type.shape, -1};
  // A single sample without its batch axis.
  int64_t axis = std::max<int64_t>(input.batchAxis, 0);
  Shape withAxis(shape);
  if (shape.size() + 1 != expected.size())
    return std::nullopt;
  withAxis.insert(withAxis.begin() + axis, 1);
  return getLayoutAlong(axis, withAxis, input);
}

namespace {
class BatchedDataSet : public DataSet {
public:
  struct Column {
    DataInput input;
    NamedSource source;
    BatchLayout layout;
  };

  explicit BatchedDataSet(std::vector<Column> columns) : columns(std::move(columns)) {}

  int64_t getNumBatches() const override { return columns.front().layout.getNumBatches(); }

  Expected<std::vector<Array>> readBatch(int64_t index) override {
    std::vector<Array> batch;
    for (Column &column : columns) {
      Expected<Array> array = readColumn(column, index);
      if (!array)
        return array.takeError();
      batch.push_back(std::move(*array));
    }
    return batch;
  }

private:
  static Expected<Array> readColumn(Column &column, int64_t index) {
    const BatchLayout &layout = column.layout;
    auto located = [&](const Twine &message) {
      return createStringError(column.source.location + ": batch " + Twine(index) + ": " + message);
    };
    int64_t begin = index * layout.batchSize, size = std::min(layout.batchSize, layout.numSamples - begin);
    Array array{{column.source.source->getSpec().dtype, layout.shape}, {}};
    if (layout.axis >= 0)
      array.type.shape[layout.axis] = size;
    uint64_t elementSize = getSizeInBytes(array.type.dtype), pieceSize = size * layout.sampleSize * elementSize;
    array.bytes.resize(layout.outer * pieceSize);
    for (int64_t outer = 0; outer < layout.outer; ++outer) {
      uint64_t offset = (outer * layout.numSamples + begin) * layout.sampleSize * elementSize;
      MutableArrayRef<char> piece = MutableArrayRef(array.bytes).slice(outer * pieceSize, pieceSize);
      if (Error error = column.source.source->read(offset, piece))
        return std::move(error);
    }
    if (std::optional<uint64_t> element = findNonFinite(array))
      return located("element " + Twine(*element) + " is a NaN or an infinity");
    Expected<Array> converted = convert(std::move(array), column.input.type.dtype);
    if (!converted)
      return located(llvm::toString(converted.takeError()));
    return converted;
  }

  std::vector<Column> columns;
};
} // namespace

Expected<std::unique_ptr<DataSet>> DataSet::open(StringRef path, ArrayRef<DataInput> inputs,
                                                 const ImageOptions &images) {
  Expected<std::vector<NamedSource>> sources = openSources(path, inputs, images);
  if (!sources)
    return sources.takeError();
  std::vector<BatchedDataSet::Column> columns;
  Error errors = Error::success();
  for (auto [input, source] : zip_equal(inputs, *sources)) {
    std::optional<BatchLayout> layout = getBatchLayout(source.source->getSpec().shape, input);
    if (!layout) {
      errors = joinErrors(std::move(errors),
                          createStringError(source.location + ": expected " + toString(input.type) +
                                            " or several of them for input '" + input.name + "', got " +
                                            toString(source.source->getSpec())));
      continue;
    }
    columns.push_back({input, std::move(source), *layout});
    const BatchedDataSet::Column &first = columns.front();
    if (layout->getNumBatches() != first.layout.getNumBatches())
      errors = joinErrors(std::move(errors),
                          createStringError(columns.back().source.location + ": expected as many batches as in " +
                                            first.source.location + ", " + Twine(first.layout.getNumBatches()) +
                                            ", got " + Twine(layout->getNumBatches())));
  }
  if (errors)
    return std::move(errors);
  return std::make_unique<BatchedDataSet>(std::move(columns));
}
