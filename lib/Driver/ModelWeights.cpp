//===- ModelWeights.cpp - weights from other files than the model's -----------------------------------------------===//

#include "ModelWeights.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;

llvm::Expected<ModelWeights> ModelWeights::read(const WeightOptions &options, mlir::MLIRContext *context) {
  ModelWeights weights;
  weights.hasCheckpoint = !options.files.empty();
  weights.mergesAdapters = options.mergeAdapters;
  if (llvm::Error error = Checkpoint::read(options.files, context).moveInto(weights.checkpoint))
    return std::move(error);
  if (!options.map.empty())
    if (llvm::Error error = WeightMap::read(options.map).moveInto(weights.map))
      return std::move(error);
  for (llvm::StringRef path : options.adapters)
    if (llvm::Error error = LoraAdapter::read(path, context).moveInto(weights.adapters.emplace_back()))
      return std::move(error);
  return weights;
}

bool ModelWeights::concerns(llvm::StringRef name) const {
  auto isAdapted = [&](const LoraAdapter &adapter) {
    return llvm::any_of(adapter.pairs, [&](const LoraPair &pair) { return areNamesRelated(pair.weight, name); });
  };
  return mayBeReplaced(name, checkpoint, map) || llvm::any_of(adapters, isAdapted);
}

/// Half of a checkpoint may be meant; it may also be an oversight.
static void warnOfUnused(llvm::ArrayRef<std::string> unused) {
  constexpr size_t maxNames = 8;
  if (unused.empty())
    return;
  llvm::WithColor::warning(llvm::errs(), "nibble")
      << unused.size() << " of the checkpoint's weights are not in the model: "
      << llvm::join(unused.take_front(maxNames), ", ") << (unused.size() > maxNames ? ", ..." : "") << "\n";
}

llvm::Error ModelWeights::apply(mlir::ModuleOp module) const {
  // Terms are added to products while these have their inputs as the model has them.
  for (const LoraAdapter &adapter : adapters)
    if (!mergesAdapters)
      if (llvm::Error error = addAdapter(module, adapter))
        return error;
  if (hasCheckpoint) {
    llvm::Expected<std::vector<std::string>> unused = replaceWeights(module, checkpoint, map);
    if (!unused)
      return unused.takeError();
    warnOfUnused(*unused);
  }
  for (const LoraAdapter &adapter : adapters)
    if (mergesAdapters)
      if (llvm::Error error = mergeAdapter(module, adapter))
        return error;
  return llvm::Error::success();
}
