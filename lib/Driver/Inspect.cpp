//===- Inspect.cpp - what a model is made of ------------------------------------------------------------------------------------===//

#include "nibble/Driver/Inspect.h"
#include "InspectTensors.h"
#include "ModelInterface.h"
#include "nibble/Analysis/FusionGroups.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Runtime/Array.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace mlir;
using namespace nibble;

/// "float32 1x3x224x224, batch axis 0"
static std::string describe(const InterfaceTensor &tensor) {
  char shape[256];
  std::string text = nibble_dtype_name(tensor.dtype);
  text += std::string(" ") + nibble_shape_text(tensor.shape.size(), tensor.shape.data(), shape, sizeof(shape));
  if (tensor.batchAxis)
    text += ", batch axis " + std::to_string(*tensor.batchAxis);
  return text;
}

static void printInterface(const ModelInterface &interface, llvm::raw_ostream &out) {
  for (const InterfaceTensor &tensor : interface.getInputs())
    out << "input   " << tensor.name << ": " << describe(tensor) << "\n";
  for (const InterfaceTensor &tensor : interface.getOutputs())
    out << "output  " << tensor.name << ": " << describe(tensor) << "\n";
}

/// What the file holds, before anything is rewritten: how many ops of each kind, how many bytes of constants.
static void printContents(func::FuncOp main, llvm::raw_ostream &out) {
  std::map<std::string, unsigned> counts;
  int64_t constantBytes = 0;
  main.walk([&](Operation *op) {
    if (op->getParentOp() != main || op->hasTrait<OpTrait::IsTerminator>())
      return;
    if (op->hasTrait<OpTrait::ConstantLike>()) {
      if (auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType()))
        if (type.getElementType().isIntOrFloat())
          constantBytes += type.getNumElements() * llvm::divideCeil(type.getElementTypeBitWidth(), 8);
      return;
    }
    ++counts[op->getName().getStringRef().str()];
  });
  out << "weights " << constantBytes << " bytes as imported\n";
  out << "ops     " << llvm::join(llvm::map_range(counts, [](const auto &entry) {
    return std::to_string(entry.second) + " x " + entry.first;
  }), ", ") << "\n";
}

/// The name of the node that an op was made from.
static StringRef getNodeName(Operation *op) {
  auto name = op->getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().getValue() : op->getName().getStringRef();
}

/// "s8 narrow per channel" for #nibble.scheme<s8 narrow, block = [0, 0, 0, 1]>.
static std::string describe(Attribute scheme) {
  std::string text;
  llvm::raw_string_ostream(text) << scheme;
  StringRef shortened = text;
  shortened.consume_front("#nibble.scheme<");
  shortened.consume_back(">");
  auto [codec, block] = shortened.split(", block = [");
  auto [type, zeroPoint] = codec.split(", zero_point = integer");
  bool hasZeroPoint = type.size() != codec.size(), isPerChannel = block.contains('1');
  return (type + (hasZeroPoint ? " with zero point" : "") + zeroPoint + (isPerChannel ? " per channel" : "")).str();
}

/// What the recipe does with an op.
static std::string getPlan(Operation *op) {
  if (auto reason = op->getAttrOfType<StringAttr>("nibble.float"))
    return "float: " + reason.str();
  auto schemes = op->getAttrOfType<DictionaryAttr>("nibble.schemes");
  if (!schemes)
    return "integer: in the codes of the file";
  std::string plan = "integer: input " + describe(schemes.get("input"));
  if (Attribute filter = schemes.get("filter"))
    plan += "; filter " + describe(filter);
  return plan;
}

/// One line for each contraction: multiply-adds, weights, and what the recipe does.
static void printContractions(func::FuncOp main, llvm::raw_ostream &out) {
  out << llvm::formatv("{0,-32} {1,-9} {2,12} {3,10}  {4}\n", "name", "op", "mult-adds", "weights", "plan");
  int64_t total = 0;
  main.walk([&](ContractionOpInterface op) {
    auto quantizable = cast<QuantizableOpInterface>(op.getOperation());
    int64_t macs = cast<ShapedType>(op.getInit().getType()).getNumElements() * quantizable.getReductionSize();
    int64_t numWeights = cast<ShapedType>(op.getFilter().getType()).getNumElements();
    total += macs;
    out << llvm::formatv("{0,-32} {1,-9} {2,12} {3,10}  {4}\n", getNodeName(op), op->getName().stripDialect(), macs,
                         numWeights, getPlan(op));
  });
  out << llvm::formatv("{0,-32} {1,-9} {2,12}\n", "total", "", total);
}

/// Whether an op only moves elements, which it does with codes as well.
static bool isMove(Operation &op) {
  auto sameScale = dyn_cast<SameScaleOpInterface>(op);
  return sameScale && !sameScale.getSameScaleOperands().empty();
}

/// Ops that compute and are no contraction, by what becomes of them.
static void printOthers(func::FuncOp main, llvm::raw_ostream &out) {
  FusionGroups groups(main);
  // One node of the file may have become several ops.
  llvm::SmallSetVector<StringRef, 16> inside, apart;
  for (const std::unique_ptr<FusionGroup> &group : groups.getGroups()) {
    bool isContraction = group->kind == FusionGroup::Kind::Contraction;
    if (!isContraction)
      apart.insert(getNodeName(group->root));
    for (linalg::GenericOp op : group->chain)
      (isContraction ? inside : apart).insert(getNodeName(op));
  }
  for (Operation &op : main.getBody().front())
    if (isa<linalg::LinalgOp>(op) && !isa<linalg::GenericOp, linalg::FillOp>(op) && !isMove(op) && !isSumReduction(&op))
      apart.insert(getNodeName(&op));
  if (!inside.empty())
    out << "\ncomputed inside of the op before them: " << llvm::join(inside, ", ") << "\n";
  if (!apart.empty())
    out << "\nno contraction, computed in float (on codes where both sides of them are): " << llvm::join(apart, ", ") << "\n";
}

llvm::Error nibble::inspectModel(const ModelOptions &model, llvm::StringRef recipe) {
  if (TensorFile::matches(model.path))
    return inspectTensors(model.path, llvm::outs());
  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModel(model);
  if (!module)
    return module.takeError();
  if (llvm::Error error = session.checkIsImported())
    return error;
  llvm::Expected<ModelInterface> interface = ModelInterface::get(**module);
  if (!interface)
    return interface.takeError();
  auto main = (*module)->lookupSymbol<func::FuncOp>("main");
  llvm::raw_ostream &out = llvm::outs();
  out << "model   " << (**module)->getAttrOfType<StringAttr>("nibble.model").getValue() << "\n";
  printInterface(*interface, out);
  printContents(main, out);
  PipelineOptions pipeline;
  pipeline.recipe = recipe;
  if (failed(runPhases(**module, Phase::Normalize, Phase::Normalize, pipeline)) ||
      failed(runPhases(**module, Phase::Assign, Phase::Assign, pipeline)))
    return Session::reported("the model was not understood");
  out << "\nwith recipe " << recipe << ":\n";
  printContractions(main, out);
  printOthers(main, out);
  return llvm::Error::success();
}
