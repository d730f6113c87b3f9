//===- Configuration.cpp - what a checkpoint's JSON files say of its quantization -------------------------===//

#include "Configuration.h"
#include "nibble/Import/JsonObject.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace nibble;
using namespace nibble::checkpoint;
using llvm::Expected;
using llvm::StringRef;
namespace json = llvm::json;

/// Under the names that GPTQ and AWQ give it; compressed-tensors shows it by its shapes.
static std::optional<int64_t> findGroupSize(const json::Object &settings) {
  for (StringRef key : {"group_size", "q_group_size"})
    if (std::optional<int64_t> size = settings.getInteger(key))
      return size;
  return std::nullopt;
}

static Configuration getConfiguration(const json::Object &settings) {
  Configuration configuration;
  configuration.groupSize = findGroupSize(settings);
  if (std::optional<StringRef> format = settings.getString("checkpoint_format"))
    configuration.gptqFormat = format->lower();
  if (std::optional<StringRef> version = settings.getString("version"))
    configuration.awqVersion = version->lower();
  return configuration;
}

Expected<Configuration> Configuration::readBeside(StringRef path) {
  for (StringRef name : {"quantize_config.json", "quant_config.json", "config.json"}) {
    llvm::SmallString<256> file(llvm::sys::path::parent_path(path));
    llvm::sys::path::append(file, name);
    if (!llvm::sys::fs::exists(file))
      continue;
    Expected<json::Object> settings = readJsonObject(file);
    if (!settings)
      return settings.takeError();
    if (name != "config.json")
      return getConfiguration(*settings);
    if (const json::Object *quantization = settings->getObject("quantization_config"))
      return getConfiguration(*quantization);
  }
  return Configuration();
}
