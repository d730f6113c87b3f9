//===- Checkpoint.cpp - the weights of a model in files of named tensors ----------------------------------===//

#include "nibble/Import/Checkpoint.h"
#include "CheckpointReader.h"
#include "nibble/Import/JsonObject.h"
#include "nibble/Import/Problems.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <set>

using namespace nibble;
using namespace nibble::checkpoint;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

namespace nibble::checkpoint {
#define NIBBLE_CHECKPOINT_FORMAT(Format) void find##Format(CheckpointReader &reader);
#include "Formats.def"
} // namespace nibble::checkpoint

/// The files that an index names, in its folder. Names with a folder of their own are refused.
static Expected<std::vector<std::string>> readIndex(StringRef path) {
  Expected<llvm::json::Object> index = readJsonObject(path);
  if (!index)
    return index.takeError();
  const llvm::json::Object *map = index->getObject("weight_map");
  if (!map)
    return llvm::createStringError(path + ": expected an object 'weight_map'");
  std::set<std::string> names;
  for (const auto &[tensor, file] : *map) {
    std::optional<StringRef> name = file.getAsString();
    if (!name || name->empty() || llvm::sys::path::filename(*name) != *name)
      return llvm::createStringError(path + ": expected the name of a file for tensor '" + StringRef(tensor) + "'");
    names.insert(name->str());
  }
  std::vector<std::string> paths;
  for (const std::string &name : names) {
    llvm::SmallString<256> shard(llvm::sys::path::parent_path(path));
    llvm::sys::path::append(shard, name);
    paths.push_back(shard.str().str());
  }
  return paths;
}

static Error addFiles(StringRef path, CheckpointReader &reader) {
  if (!path.ends_with(".json"))
    return reader.addFile(path);
  Expected<std::vector<std::string>> shards = readIndex(path);
  if (!shards)
    return shards.takeError();
  for (StringRef shard : *shards)
    if (Error error = reader.addFile(shard))
      return error;
  return Error::success();
}

Expected<Checkpoint> Checkpoint::read(llvm::ArrayRef<std::string> paths, mlir::MLIRContext *context) {
  CheckpointReader reader(context);
  for (StringRef path : paths)
    if (Error error = addFiles(path, reader))
      return std::move(error);
#define NIBBLE_CHECKPOINT_FORMAT(Format) find##Format(reader);
#include "Formats.def"
  if (Error error = makeError(llvm::join(paths, ", "), reader.getProblems()))
    return std::move(error);
  Checkpoint checkpoint;
  checkpoint.weights = reader.takeWeights();
  llvm::sort(checkpoint.weights,
             [](const CheckpointWeight &a, const CheckpointWeight &b) { return a.name < b.name; });
  return checkpoint;
}

const CheckpointWeight *Checkpoint::findWeight(StringRef name) const {
  auto found = llvm::lower_bound(weights, name, [](const CheckpointWeight &weight, StringRef name) {
    return weight.name < name;
  });
  return found != weights.end() && found->name == name ? &*found : nullptr;
}
