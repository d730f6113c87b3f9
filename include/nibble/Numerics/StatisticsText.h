//===- StatisticsText.h - writes the statistics file -------------------------------------------------===//
//
// docs/Spec.md, "Statistics file", is the format. It is written here, without LLVM, because programs that calibrate themselves
// (lib/Runtime/Observe.cpp) write it too; Calibration/StatisticsFile.h reads it.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_STATISTICSTEXT_H
#define NIBBLE_NUMERICS_STATISTICSTEXT_H

#include "nibble/Numerics/Statistics.h"
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <type_traits>

namespace nibble::numerics {

/// Numbers that an algorithm keeps beside the statistics: a Gram matrix, magnitudes of channels. Row-major.
struct NamedArray {
  std::vector<int64_t> shape;
  std::vector<float> data;
};

/// The array with the sum of each channel, an index of the last dimension, of a value.
inline std::string getChannelSumsName(const std::string &value) { return value + "/channel_sums"; }

/// The array with the sum of the magnitudes of each channel.
inline std::string getChannelMagnitudesName(const std::string &value) { return value + "/channel_magnitudes"; }

/// Appends the text of a statistics file piece by piece. Reading gives the same numbers.
class StatisticsTextWriter {
public:
  /// `values` and `arrays` are maps from a name (UTF-8) to Statistics and NamedArray.
  static std::string write(const std::map<std::string, Statistics> &values,
                           const std::map<std::string, NamedArray> &arrays) {
    StatisticsTextWriter writer;
    writer.text += "{\n  \"format\": \"nibble-statistics\",\n  \"version\": 1,\n  \"values\": {";
    writer.writeEntries(values, [&](const Statistics &statistics) { writer.writeStatistics(statistics); });
    writer.text += "},\n  \"arrays\": {";
    writer.writeEntries(arrays, [&](const NamedArray &array) { writer.writeArray(array); });
    writer.text += "}\n}\n";
    return std::move(writer.text);
  }

private:
  template <typename Map, typename WriteEntry> void writeEntries(const Map &map, WriteEntry writeEntry) {
    const char *separator = "\n    ";
    for (const auto &[name, entry] : map) {
      text += separator;
      writeString(name);
      text += ": ";
      writeEntry(entry);
      separator = ",\n    ";
    }
    if (!map.empty())
      text += "\n  ";
  }

  void writeStatistics(const Statistics &statistics) {
    text += "{\"nans\": ";
    writeNumber(statistics.nans());
    text += ", \"infinities\": ";
    writeNumber(statistics.infinities());
    if (statistics.count()) {
      text += ", \"min\": ";
      writeNumber(statistics.min());
      text += ", \"max\": ";
      writeNumber(statistics.max());
    }
    text += ",\n     \"batches\": ";
    writeList(statistics.batches(), [&](const BatchRange &range) { writePair(range.min, range.max); });
    text += ",\n     \"histogram\": [";
    const char *separator = "";
    statistics.histogram().forEach([&](int32_t bin, uint64_t count) {
      text += separator;
      writePair(bin, count);
      separator = ", ";
    });
    text += "]}";
  }

  void writeArray(const NamedArray &array) {
    text += "{\"shape\": ";
    writeList(array.shape, [&](int64_t size) { writeNumber(size); });
    text += ", \"data\": ";
    writeList(array.data, [&](float element) { writeNumber(element); });
    text += "}";
  }

  template <typename List, typename WriteElement> void writeList(const List &list, WriteElement writeElement) {
    text += "[";
    const char *separator = "";
    for (const auto &element : list) {
      text += separator;
      writeElement(element);
      separator = ", ";
    }
    text += "]";
  }

  template <typename First, typename Second> void writePair(First first, Second second) {
    text += "[";
    writeNumber(first);
    text += ", ";
    writeNumber(second);
    text += "]";
  }

  /// The shortest text that reads back as the same number, in any locale. JSON readers take "-0" for an integer, which has no sign.
  template <typename Number> void writeNumber(Number number) {
    if (std::is_floating_point_v<Number> && number == 0 && std::signbit(static_cast<double>(number))) {
      text += "-0.0";
      return;
    }
    char buffer[32];
    text.append(buffer, std::to_chars(buffer, buffer + sizeof(buffer), number).ptr);
  }

  void writeString(const std::string &string) {
    static const char *digits = "0123456789abcdef";
    text += '"';
    for (unsigned char c : string) {
      if (c == '"' || c == '\\') {
        text += '\\';
        text += static_cast<char>(c);
      } else if (c < 0x20) {
        text += "\\u00";
        text += digits[c >> 4];
        text += digits[c & 15];
      } else {
        text += static_cast<char>(c);
      }
    }
    text += '"';
  }

  std::string text;
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_STATISTICSTEXT_H
