//===- CostFile.cpp - what each scheme of each layer costs, in a file --------------------------------------------------===//

#include "nibble/Assignment/CostFile.h"
#include "JsonFields.h"
#include "nibble/Support/OutputFiles.h"
#include "llvm/Support/raw_ostream.h"
#include <limits>

using namespace nibble::assignment;
using llvm::StringRef;
namespace json = llvm::json;

//===-------------------------------------------------------------------------------------------------------------------===//
// Reading
//===-------------------------------------------------------------------------------------------------------------------===//

static void read(JsonFields &fields, Duration &time, double least) {
  fields.read("ns", time.nanoseconds, least);
  fields.read("measured", time.isMeasured);
}

static bool readCost(const json::Value &value, Cost &cost, json::Path path) {
  JsonFields fields(value, path);
  read(fields, cost.time, 0);
  fields.read("bytes", cost.bytes, 0);
  fields.read("reads", cost.reads);
  return fields.isValid();
}

static bool readLayer(const json::Value &value, LayerCosts &layer, llvm::StringSet<> &names, json::Path path) {
  JsonFields fields(value, path);
  readLayerFields(fields, layer, names);
  fields.readMap("costs", [&](StringRef candidate, const json::Value &cost, json::Path at) {
    return readCost(cost, layer.costs[candidate.str()], at);
  });
  return fields.isValid();
}

static bool readCrossing(const json::Value &value, BorderCosts::Crossing &crossing, json::Path path) {
  JsonFields fields(value, path);
  fields.read("from", crossing.from);
  fields.read("to", crossing.to);
  // A layer that writes what is smaller may even take less.
  read(fields, crossing.time, std::numeric_limits<double>::lowest());
  return fields.isValid();
}

static bool readBorder(const json::Value &value, BorderCosts &border, const llvm::StringSet<> &names, json::Path path) {
  JsonFields fields(value, path);
  fields.read("from", border.from);
  fields.read("to", border.to);
  if (fields.isValid() && !names.contains(border.from))
    fields.fail("from", "expected the name of a layer");
  if (fields.isValid() && !names.contains(border.to))
    fields.fail("to", "expected the name of a layer");
  fields.readList("crossings", [&](const json::Value &crossing, json::Path at) {
    return readCrossing(crossing, border.crossings.emplace_back(), at);
  });
  return fields.isValid();
}

static bool readGroup(const json::Value &value, std::vector<std::string> &group, const llvm::StringSet<> &names, json::Path path) {
  const json::Array *array = value.getAsArray();
  if (!array) {
    path.report("expected an array");
    return false;
  }
  for (size_t number = 0; number < array->size(); ++number) {
    std::optional<StringRef> name = (*array)[number].getAsString();
    if (!name || !names.contains(*name)) {
      path.index(number).report("expected the name of a layer");
      return false;
    }
    group.push_back(name->str());
  }
  return true;
}

static bool readFile(const json::Value &value, CostFile &file, json::Path path) {
  JsonFields fields(value, path);
  fields.expect("nibble-cost", 1);
  fields.read("model", file.model);
  fields.read("model_digest", file.modelDigest);
  fields.read("target", file.target);
  fields.read("cpu", file.cpu);
  fields.read("level", file.level);
  llvm::StringSet<> names;
  fields.readList("layers", [&](const json::Value &layer, json::Path at) {
    return readLayer(layer, file.layers.emplace_back(), names, at);
  });
  fields.readList("borders", [&](const json::Value &border, json::Path at) {
    return readBorder(border, file.borders.emplace_back(), names, at);
  });
  fields.readList("shared_inputs", [&](const json::Value &group, json::Path at) {
    return readGroup(group, file.sharedInputs.emplace_back(), names, at);
  });
  return fields.isValid();
}

llvm::Expected<CostFile> CostFile::parse(StringRef text, StringRef source) {
  return parseFile<CostFile>(text, source, "costs", readFile);
}

llvm::Expected<CostFile> CostFile::load(StringRef path) {
  llvm::Expected<std::string> text = readText(path);
  return text ? parse(*text, path) : text.takeError();
}

//===-------------------------------------------------------------------------------------------------------------------===//
// Writing
//===-------------------------------------------------------------------------------------------------------------------===//

namespace {

/// Writes the elements of a list, each on lines of its own.
class Writer {
public:
  explicit Writer(llvm::raw_ostream &out) : out(out) {}

  template <typename Range, typename Write> void writeAll(const Range &range, Write write) {
    const char *separator = "\n";
    for (const auto &element : range) {
      out << separator;
      write(element);
      separator = ",\n";
    }
  }

  void write(const Duration &time) {
    out << "\"ns\": " << toJson(time.nanoseconds) << ", \"measured\": " << toJson(time.isMeasured);
  }

  void write(const LayerCosts &layer) {
    out << "    {\"name\": " << toJson(layer.name) << ", \"op\": " << toJson(layer.op) << ", \"weights\": " << layer.numWeights
        << ", \"costs\": {";
    writeAll(layer.costs, [&](const auto &entry) {
      const auto &[candidate, cost] = entry;
      out << "      " << toJson(candidate) << ": {";
      write(cost.time);
      out << ", \"bytes\": " << cost.bytes << ", \"reads\": " << toJson(cost.reads) << "}";
    });
    out << "}}";
  }

  void write(const BorderCosts &border) {
    out << "    {\"from\": " << toJson(border.from) << ", \"to\": " << toJson(border.to) << ", \"crossings\": [";
    writeAll(border.crossings, [&](const BorderCosts::Crossing &crossing) {
      out << "      {\"from\": " << toJson(crossing.from) << ", \"to\": " << toJson(crossing.to) << ", ";
      write(crossing.time);
      out << "}";
    });
    out << "]}";
  }

  void write(const std::vector<std::string> &group) {
    out << "    " << toJson(json::Array(group));
  }

private:
  llvm::raw_ostream &out;
};

} // namespace

std::string CostFile::format() const {
  std::string text;
  llvm::raw_string_ostream out(text);
  Writer writer(out);
  auto write = [&](const auto &element) { writer.write(element); };
  out << "{\n  \"format\": \"nibble-cost\",\n  \"version\": 1,\n  \"model\": " << toJson(model)
      << ",\n  \"model_digest\": " << toJson(modelDigest) << ",\n  \"target\": " << toJson(target) << ",\n  \"cpu\": " << toJson(cpu)
      << ",\n  \"level\": " << toJson(level) << ",\n  \"layers\": [";
  writer.writeAll(layers, write);
  out << "],\n  \"borders\": [";
  writer.writeAll(borders, write);
  out << "],\n  \"shared_inputs\": [";
  writer.writeAll(sharedInputs, write);
  out << "]\n}\n";
  return text;
}

llvm::Error CostFile::save(StringRef path) const { return writeFile(path, format()); }
