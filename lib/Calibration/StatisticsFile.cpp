//===- StatisticsFile.cpp - reads, writes and merges statistics files ----------------------------------------===//

#include "nibble/Calibration/StatisticsFile.h"
#include "nibble/Support/Json.h"
#include "nibble/Support/OutputFiles.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>

using namespace llvm;
using namespace nibble::calibration;
using namespace nibble::numerics;

/// Far above what a run can count, and low enough that sums of many files do not overflow 64 bits.
static constexpr int64_t maxCount = int64_t(1) << 53;

namespace {
/// The first and the last bin that is not empty.
struct BinSpan {
  int64_t first, last;
};

/// Reads the parts of the format; the first thing that is wrong is reported at its json::Path.
class Reader {
public:
  static bool readFile(const json::Value &value, StatisticsFile &file, json::Path path) {
    const json::Object *object = getObject(value, path);
    if (!object)
      return false;
    if (object->getString("format") != StringRef("nibble-statistics"))
      return fail(path.field("format"), "expected \"nibble-statistics\"");
    if (object->getInteger("version") != 1)
      return fail(path.field("version"), "expected 1");
    return readEntries(*object, "values", file.values, path, readStatistics) &&
           readEntries(*object, "arrays", file.arrays, path, readArray);
  }

private:
  static bool fail(json::Path path, StringLiteral message) {
    path.report(message);
    return false;
  }

  static const json::Object *getObject(const json::Value &value, json::Path path) {
    const json::Object *object = value.getAsObject();
    if (!object)
      path.report("expected an object");
    return object;
  }

  /// A member that may be left out: a map from names to what `readEntry` reads.
  template <typename Entry>
  static bool readEntries(const json::Object &object, StringLiteral key, std::map<std::string, Entry> &entries,
                          json::Path path, bool (*readEntry)(const json::Value &, Entry &, json::Path)) {
    const json::Value *member = object.get(key);
    if (!member)
      return true;
    const json::Object *map = getObject(*member, path.field(key));
    if (!map)
      return false;
    for (const auto &[name, value] : *map)
      if (!readEntry(value, entries[name.str()], path.field(key).field(name)))
        return false;
    return true;
  }

  static bool readStatistics(const json::Value &value, Statistics &statistics, json::Path path) {
    const json::Object *object = getObject(value, path);
    if (!object)
      return false;
    int64_t nans = 0, infinities = 0;
    std::vector<BatchRange> batches;
    Histogram histogram;
    std::optional<BinSpan> bins;
    if (!readCount(*object, "nans", nans, path) || !readCount(*object, "infinities", infinities, path) ||
        !readList(*object, "batches", path,
                  [&](const json::Value &pair, json::Path at) { return readBatch(pair, batches, at); }) ||
        !readList(*object, "histogram", path,
                  [&](const json::Value &pair, json::Path at) { return readBin(pair, histogram, bins, at); }))
      return false;
    float min = 0, max = 0;
    if (bins && (!readFloat(object->get("min"), min, path.field("min")) ||
                     !readFloat(object->get("max"), max, path.field("max"))))
      return false;
    if (bins && (Histogram::bin(min) != bins->first || Histogram::bin(max) != bins->last))
      return fail(path.field("min"), "min and max do not lie in the first and the last bin of the histogram");
    statistics = Statistics(min, max, nans, infinities, std::move(batches), std::move(histogram));
    return true;
  }

  static bool readCount(const json::Object &object, StringLiteral key, int64_t &count, json::Path path) {
    const json::Value *member = object.get(key);
    std::optional<int64_t> integer = member ? member->getAsInteger() : 0;
    if (!integer || *integer < 0 || *integer > maxCount)
      return fail(path.field(key), "expected an integer from 0 to 2^53");
    count = *integer;
    return true;
  }

  template <typename ReadElement>
  static bool readList(const json::Object &object, StringLiteral key, json::Path path, ReadElement readElement) {
    const json::Value *member = object.get(key);
    const json::Array *array = member ? member->getAsArray() : nullptr;
    if (!array)
      return fail(path.field(key), "expected an array");
    for (size_t i = 0; i < array->size(); ++i)
      if (!readElement((*array)[i], path.field(key).index(i)))
        return false;
    return true;
  }

  static bool readFloat(const json::Value *value, float &result, json::Path path) {
    std::optional<double> number = value ? value->getAsNumber() : std::nullopt;
    result = static_cast<float>(number.value_or(NAN));
    return std::isfinite(result) || fail(path, "expected a finite 32-bit float");
  }

  static bool readBatch(const json::Value &value, std::vector<BatchRange> &batches, json::Path path) {
    const json::Array *pair = value.getAsArray();
    BatchRange range;
    if (!pair || pair->size() != 2)
      return fail(path, "expected a minimum and a maximum");
    if (!readFloat(&(*pair)[0], range.min, path.index(0)) || !readFloat(&(*pair)[1], range.max, path.index(1)))
      return false;
    if (range.min > range.max)
      return fail(path, "the minimum of a batch is above its maximum");
    batches.push_back(range);
    return true;
  }

  /// Bins are in ascending order; `seen` spans those so far.
  static bool readBin(const json::Value &value, Histogram &histogram, std::optional<BinSpan> &seen, json::Path path) {
    const json::Array *pair = value.getAsArray();
    if (!pair || pair->size() != 2)
      return fail(path, "expected the number of a bin and a count");
    std::optional<int64_t> bin = (*pair)[0].getAsInteger(), count = (*pair)[1].getAsInteger();
    if (!bin || *bin < Histogram::minBin || *bin > Histogram::maxBin)
      return fail(path.index(0), "expected the number of a bin, -32640 to 32639");
    if (seen && *bin <= seen->last)
      return fail(path.index(0), "bins are in ascending order");
    if (!count || *count < 1 || *count > maxCount)
      return fail(path.index(1), "expected an integer from 1 to 2^53");
    seen = BinSpan{seen ? seen->first : *bin, *bin};
    histogram.addBin(*bin, *count);
    return true;
  }

  static bool readArray(const json::Value &value, NamedArray &array, json::Path path) {
    const json::Object *object = getObject(value, path);
    if (!object)
      return false;
    auto readSize = [&](const json::Value &element, json::Path at) {
      std::optional<int64_t> size = element.getAsInteger();
      if (!size || *size < 0)
        return fail(at, "expected a size");
      array.shape.push_back(*size);
      return true;
    };
    auto readElement = [&](const json::Value &element, json::Path at) {
      return readFloat(&element, array.data.emplace_back(), at);
    };
    if (!readList(*object, "shape", path, readSize) || !readList(*object, "data", path, readElement))
      return false;
    uint64_t numElements = 1;
    for (int64_t size : array.shape)
      if (__builtin_mul_overflow(numElements, size, &numElements))
        return fail(path.field("shape"), "the number of elements overflows");
    return numElements == array.data.size() || fail(path.field("data"), "the number of elements differs from the shape");
  }
};
} // namespace

Expected<StatisticsFile> StatisticsFile::parse(StringRef text, StringRef source) {
  Expected<json::Value> value = nibble::parseJson(text, source);
  if (!value)
    return value.takeError();
  StatisticsFile file;
  json::Path::Root root("statistics");
  if (!Reader::readFile(*value, file, root))
    return createStringError(source + ": " + toString(root.getError()));
  return file;
}

Expected<StatisticsFile> StatisticsFile::load(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                                                        /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(path + ": " + buffer.getError().message());
  return parse((*buffer)->getBuffer(), path);
}

Expected<StatisticsFile> StatisticsFile::loadMerged(ArrayRef<std::string> paths) {
  StatisticsFile merged;
  Error errors = Error::success();
  for (const std::string &path : paths) {
    Expected<StatisticsFile> file = load(path);
    Error error = file ? merged.merge(*file) : file.takeError();
    errors = joinErrors(std::move(errors), std::move(error));
  }
  if (errors)
    return std::move(errors);
  return merged;
}

Error StatisticsFile::save(StringRef path) const {
  std::string text = StatisticsTextWriter::write(values, arrays);
  return writeFile(path, text);
}

Error StatisticsFile::merge(const StatisticsFile &later) {
  Error errors = Error::success();
  for (const auto &[name, array] : later.arrays) {
    auto [mine, inserted] = arrays.try_emplace(name, array);
    if (inserted)
      continue;
    if (mine->second.shape != array.shape) {
      errors = joinErrors(std::move(errors),
                          createStringError("array '" + name + "' has different shapes in the merged files"));
      continue;
    }
    for (auto [sum, summand] : zip_equal(mine->second.data, array.data))
      sum += summand;
  }
  for (const auto &[name, statistics] : later.values)
    values[name].merge(statistics);
  return errors;
}
