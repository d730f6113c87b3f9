//===- LoraAdapter.cpp - low-rank adapters of weights -----------------------------------------------------===//

#include "nibble/Import/LoraAdapter.h"
#include "nibble/Import/JsonObject.h"
#include "nibble/Import/Problems.h"
#include "nibble/Import/TensorFile.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <cmath>
#include <cstring>
#include <map>

using namespace mlir;
using namespace nibble;
namespace json = llvm::json;

//===----------------------------------------------------------------------------------------------------===//
// adapter_config.json
//===----------------------------------------------------------------------------------------------------===//

namespace {
struct LoraSettings {
  double alpha = 0;
  bool isRankStabilized = false;
  /// By the end of a layer's name.
  std::map<std::string, double> alphas;

  double getScale(StringRef layer, int64_t rank) const {
    double value = alpha;
    for (const auto &[end, other] : alphas)
      if (layer == end || layer.ends_with("." + end))
        value = other;
    return value / (isRankStabilized ? std::sqrt(static_cast<double>(rank)) : static_cast<double>(rank));
  }
};
} // namespace

static llvm::Expected<LoraSettings> readSettings(StringRef adapterPath) {
  llvm::SmallString<256> path(llvm::sys::path::parent_path(adapterPath));
  llvm::sys::path::append(path, "adapter_config.json");
  llvm::Expected<json::Object> object = readJsonObject(path);
  if (!object)
    return object.takeError();
  if (object->getBoolean("use_dora").value_or(false))
    return llvm::createStringError(path + ": use_dora is not supported");
  std::optional<double> alpha = object->getNumber("lora_alpha");
  if (!alpha || !std::isfinite(*alpha))
    return llvm::createStringError(path + ": expected a number 'lora_alpha'");
  LoraSettings settings = {*alpha, object->getBoolean("use_rslora").value_or(false), {}};
  if (const json::Object *pattern = object->getObject("alpha_pattern"))
    for (const auto &[end, value] : *pattern) {
      std::optional<double> own = value.getAsNumber();
      if (!own || !std::isfinite(*own))
        return llvm::createStringError(path + ": expected a number for '" + end.str() + "' in 'alpha_pattern'");
      settings.alphas[end.str()] = *own;
    }
  return settings;
}

//===----------------------------------------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------------------------------------===//

namespace {
struct StoredPair {
  const StoredTensor *down = nullptr, *up = nullptr;
};
} // namespace

/// Layer and side (0: lora_A, 1: lora_B) of a tensor of that name; nothing for other tensors.
static std::optional<std::pair<StringRef, int>> splitName(StringRef name) {
  (void)name.consume_front("base_model.model.");
  if (!name.consume_back(".weight"))
    return std::nullopt;
  (void)name.consume_back(".default");
  if (name.consume_back(".lora_A"))
    return std::pair(name, 0);
  return name.consume_back(".lora_B") ? std::optional(std::pair(name, 1)) : std::nullopt;
}

static Type getElementType(StringRef encoding, MLIRContext *context) {
  if (encoding == "f16")
    return Float16Type::get(context);
  if (encoding == "bf16")
    return BFloat16Type::get(context);
  return encoding == "f32" ? Type(Float32Type::get(context)) : Type();
}

/// The tensor in f32, each element times `scale`, rounded once.
static reference::Tensor readFloats(const StoredTensor &tensor, double scale, MLIRContext *context) {
  reference::Tensor stored = *reference::Tensor::create(getElementType(tensor.encoding.name, context), tensor.shape);
  std::memcpy(stored.getMutableData(), tensor.bytes.data(), tensor.bytes.size());
  reference::Tensor floats = *reference::Tensor::create(Float32Type::get(context), tensor.shape);
  for (int64_t index = 0; index < floats.getNumElements(); ++index)
    floats.setFloat(index, stored.getFloat(index) * scale);
  return floats;
}

/// What keeps two tensors from being an adapter; empty for nothing.
static std::string findProblem(const StoredPair &pair, MLIRContext *context) {
  if (!pair.down || !pair.up)
    return "expected lora_A and lora_B";
  for (const StoredTensor *tensor : {pair.down, pair.up})
    if (!getElementType(tensor->encoding.name, context) || tensor->shape.size() != 2 || llvm::is_contained(tensor->shape, 0))
      return "expected matrices of f32, f16 or bf16, got " + tensor->encoding.name.str() + " of " + formatShape(tensor->shape);
  if (pair.down->shape[0] != pair.up->shape[1])
    return "expected one rank, got lora_A of " + formatShape(pair.down->shape) + " and lora_B of " +
           formatShape(pair.up->shape);
  return "";
}

llvm::Expected<LoraAdapter> LoraAdapter::read(StringRef path, MLIRContext *context) {
  llvm::Expected<TensorFile> file = TensorFile::read(path);
  if (!file)
    return file.takeError();
  llvm::Expected<LoraSettings> settings = readSettings(path);
  if (!settings)
    return settings.takeError();
  std::vector<std::string> problems;
  std::map<std::string, StoredPair> stored;
  for (const StoredTensor &tensor : file->getTensors()) {
    auto name = splitName(tensor.name);
    if (!name)
      problems.push_back("tensor '" + tensor.name + "' is no lora_A or lora_B");
    else
      (name->second ? stored[name->first.str()].up : stored[name->first.str()].down) = &tensor;
  }
  LoraAdapter adapter;
  for (const auto &[layer, pair] : stored) {
    if (std::string problem = findProblem(pair, context); !problem.empty()) {
      problems.push_back("'" + layer + "': " + problem);
      continue;
    }
    double scale = settings->getScale(layer, pair.down->shape[0]);
    adapter.pairs.push_back({layer + ".weight", readFloats(*pair.down, 1, context), readFloats(*pair.up, scale, context)});
  }
  if (problems.empty() && adapter.pairs.empty())
    problems.push_back("it has no tensors");
  if (llvm::Error error = makeError(path, problems))
    return std::move(error);
  return adapter;
}
