//===- LossFile.cpp - what each scheme of each layer loses, in a file --------------------------------------------------===//

#include "nibble/Assignment/LossFile.h"
#include "JsonFields.h"
#include "nibble/Support/OutputFiles.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <limits>

using namespace nibble::assignment;
using llvm::StringRef;
namespace json = llvm::json;

double Loss::getNoise() const { return std::pow(10.0, -sqnr / 10); }

static bool readLoss(const json::Value &value, Loss &loss, json::Path path) {
  JsonFields fields(value, path);
  fields.read("sqnr", loss.sqnr, std::numeric_limits<double>::lowest());
  if (fields.has("kl"))
    fields.read("kl", loss.kl.emplace(), 0);
  if (fields.has("layer_sqnr"))
    fields.read("layer_sqnr", loss.layerSqnr.emplace(), std::numeric_limits<double>::lowest());
  return fields.isValid();
}

static bool readLayer(const json::Value &value, LayerLosses &layer, llvm::StringSet<> &names, json::Path path) {
  JsonFields fields(value, path);
  readLayerFields(fields, layer, names);
  fields.readMap("losses", [&](StringRef candidate, const json::Value &loss, json::Path at) {
    return readLoss(loss, layer.losses[candidate.str()], at);
  });
  return fields.isValid();
}

static bool readFile(const json::Value &value, LossFile &file, json::Path path) {
  JsonFields fields(value, path);
  fields.expect("nibble-loss", 1);
  fields.read("model", file.model);
  fields.read("model_digest", file.modelDigest);
  fields.read("data_digest", file.dataDigest);
  fields.read("samples", file.numSamples, 0);
  llvm::StringSet<> names;
  fields.readList("layers", [&](const json::Value &layer, json::Path at) {
    return readLayer(layer, file.layers.emplace_back(), names, at);
  });
  return fields.isValid();
}

llvm::Expected<LossFile> LossFile::parse(StringRef text, StringRef source) {
  return parseFile<LossFile>(text, source, "losses", readFile);
}

llvm::Expected<LossFile> LossFile::load(StringRef path) {
  llvm::Expected<std::string> text = readText(path);
  return text ? parse(*text, path) : text.takeError();
}

/// One line for each candidate.
static void write(const LayerLosses &layer, llvm::raw_ostream &out) {
  out << "    {\"name\": " << toJson(layer.name) << ", \"op\": " << toJson(layer.op) << ", \"weights\": " << layer.numWeights
      << ", \"losses\": {";
  const char *separator = "\n";
  for (const auto &[candidate, loss] : layer.losses) {
    out << separator << "      " << toJson(candidate) << ": {\"sqnr\": " << toJson(loss.sqnr);
    if (loss.kl)
      out << ", \"kl\": " << toJson(*loss.kl);
    if (loss.layerSqnr)
      out << ", \"layer_sqnr\": " << toJson(*loss.layerSqnr);
    out << "}";
    separator = ",\n";
  }
  out << "}}";
}

std::string LossFile::format() const {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "{\n  \"format\": \"nibble-loss\",\n  \"version\": 1,\n  \"model\": " << toJson(model)
      << ",\n  \"model_digest\": " << toJson(modelDigest) << ",\n  \"data_digest\": " << toJson(dataDigest)
      << ",\n  \"samples\": " << numSamples << ",\n  \"layers\": [";
  const char *separator = "\n";
  for (const LayerLosses &layer : layers) {
    out << separator;
    write(layer, out);
    separator = ",\n";
  }
  out << "\n  ]\n}\n";
  return text;
}

llvm::Error LossFile::save(StringRef path) const { return writeFile(path, format()); }
