//===- ModelLayers.cpp - what an assignment assigns schemes to -------------------------------------------------------------------===//

#include "ModelLayers.h"
#include "nibble/Analysis/FusionGroups.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA1.h"

using namespace mlir;
using namespace nibble;

std::string nibble::getLayerName(Operation *op) {
  if (auto location = op->getLoc()->findInstanceOf<NameLoc>())
    return location.getName().str();
  return op->getName().getStringRef().str();
}

namespace {

class LayerFinder {
public:
  explicit LayerFinder(func::FuncOp main) : groups(main) {
    for (Operation &op : main.getBody().front())
      visit(op);
  }

  ModelLayers finish() {
    for (auto &[value, readers] : readersOf)
      if (readers.size() > 1)
        found.sharedInputs.emplace_back(readers.begin(), readers.end());
    if (!found.layers.empty())
      found.layers.front().description.isFirst = found.layers.back().description.isLast = true;
    auto bytes = hash.final();
    found.digest = llvm::toHex(ArrayRef(bytes).take_front(8), /*LowerCase=*/true);
    return std::move(found);
  }

private:
  using Numbers = llvm::SmallSetVector<size_t, 4>;

  /// The layer that computes `op`: as its root, or in its epilogue.
  std::optional<size_t> getLayerOf(Operation *op) {
    if (isLayer(op))
      return addLayer(cast<QuantizableOpInterface>(op));
    const FusionGroup *group = groups.getGroupOf(op);
    return group && isLayer(group->root) ? std::optional(numbers.lookup(getLayerName(group->root))) : std::nullopt;
  }

  /// Assignment leaves each op that could be quantized float; others have no attribute, or that of codes.
  static bool isLayer(Operation *op) { return isa<QuantizableOpInterface>(op) && op->hasAttr("nibble.float"); }

  void visit(Operation &op) {
    llvm::SetVector<Value> read;
    read.insert(op.operand_begin(), op.operand_end());
    getUsedValuesDefinedAbove(op.getRegions(), read);
    Numbers from;
    for (Value value : read)
      if (auto source = sources.find(value); source != sources.end())
        from.insert(source->second.begin(), source->second.end());
    std::optional<size_t> layer = getLayerOf(&op);
    if (layer)
      for (size_t number : from)
        if (number != *layer && !llvm::is_contained(found.layers[*layer].readsFrom, number))
          found.layers[*layer].readsFrom.push_back(number);
    for (Value result : op.getResults()) {
      if (layer)
        sources[result].insert(*layer);
      else
        sources[result] = from;
    }
  }

  size_t addLayer(QuantizableOpInterface op) {
    std::string name = getLayerName(op);
    auto [known, isNew] = numbers.try_emplace(name, found.layers.size());
    size_t number = known->second;
    if (isNew)
      found.layers.emplace_back().description.name = name;
    OpDescription &description = found.layers[number].description;
    description.kind = op->getName().stripDialect().str();
    for (const QuantizableOperand &operand : op.getQuantizableOperands()) {
      Value value = operand.operand->get();
      if (operand.role == OperandRole::Activation)
        readersOf[value].insert(number);
      if (operand.role != OperandRole::Weight)
        continue;
      description.numWeights += cast<ShapedType>(value.getType()).getNumElements();
      addToDigest(description, value);
    }
    return number;
  }

  void addToDigest(const OpDescription &description, Value weight) {
    std::string text;
    llvm::raw_string_ostream(text) << description.name << '\n' << description.kind << '\n' << weight.getType() << '\n';
    hash.update(text);
    if (auto elements = getConstantFloats(weight))
      hash.update(ArrayRef(reinterpret_cast<const uint8_t *>(elements->data()), elements->size() * sizeof(float)));
  }

  FusionGroups groups;
  ModelLayers found;
  llvm::StringMap<size_t> numbers;
  /// The layers whose results a value was computed from.
  llvm::DenseMap<Value, Numbers> sources;
  llvm::MapVector<Value, Numbers> readersOf;
  llvm::SHA1 hash;
};

} // namespace

ModelLayers ModelLayers::get(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  return main && !main.getBody().empty() ? LayerFinder(main).finish() : ModelLayers();
}

/// The result of a layer as its readers see it: probed, where it is.
static llvm::StringMap<Value> getResults(func::FuncOp main) {
  llvm::StringMap<Value> results;
  FusionGroups groups(main);
  main.walk([&](QuantizableOpInterface op) {
    const FusionGroup *group = groups.getGroupOf(op);
    Value result = group ? group->getResult() : op->getResult(0);
    for (Operation *user : result.getUsers())
      if (auto probe = dyn_cast<ObserveOp>(user))
        result = probe->getResult(0);
    results[getLayerName(op)] = result;
  });
  return results;
}

void nibble::exposeLayers(ModuleOp module, ArrayRef<std::string> names) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  llvm::StringMap<Value> results = getResults(main);
  auto terminator = cast<func::ReturnOp>(main.getBody().front().getTerminator());
  for (StringRef name : names) {
    unsigned number = main.getNumResults();
    Value result = results.lookup(name);
    (void)main.insertResult(number, result.getType(), DictionaryAttr::get(main.getContext()));
    main.setResultAttr(number, "nibble.name", StringAttr::get(main.getContext(), "layer " + name));
    terminator.getOperandsMutable().append(result);
  }
}
