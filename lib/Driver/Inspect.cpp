//===- Inspect.cpp - what a model is made of ------------------------------------------------------------------------------------===//

#include "nibble/Driver/Inspect.h"
#include "Arrays.h"
#include "InspectTensors.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace mlir;
using namespace nibble;

/// Prints one line for each input and output.
static void printSignature(func::FuncOp main, llvm::raw_ostream &out) {
  Signature signature = getSignature(main);
  for (auto [name, type] : llvm::zip_equal(signature.inputNames, main.getArgumentTypes()))
    out << "input   " << name << "  " << type << "\n";
  for (auto [name, type] : llvm::zip_equal(signature.outputNames, main.getResultTypes()))
    out << "output  " << name << "  " << type << "\n";
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
  out << "ops     ";
  bool isFirst = true;
  for (const auto &[name, count] : counts) {
    out << (isFirst ? "" : ", ") << count << " x " << name;
    isFirst = false;
  }
  out << "\n";
}

/// The name of the node that an op was made from.
static std::string getNodeName(Operation *op) {
  auto name = op->getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().str() : "?";
}

/// One line for each op that can be quantized: multiply-adds, weights, and what the recipe does.
static void printQuantization(func::FuncOp main, StringRef recipe, llvm::raw_ostream &out) {
  out << "\nwith recipe " << recipe << ":\n";
  out << llvm::formatv("{0,-32} {1,-10} {2,12} {3,10}  {4}\n", "name", "op", "mult-adds", "weights", "scheme");
  int64_t total = 0;
  main.walk([&](ContractionOpInterface op) {
    auto quantizable = cast<QuantizableOpInterface>(op.getOperation());
    int64_t macs = cast<ShapedType>(op.getInit().getType()).getNumElements() * quantizable.getReductionSize();
    total += macs;
    std::string scheme = "?";
    if (auto reason = op->getAttrOfType<StringAttr>("nibble.float"))
      scheme = "float: " + reason.str();
    else if (auto schemes = op->getAttrOfType<DictionaryAttr>("nibble.schemes")) {
      llvm::raw_string_ostream stream(scheme = "");
      stream << "input " << schemes.get("input") << ", filter " << schemes.get("filter");
    }
    int64_t numWeights = cast<ShapedType>(op.getFilter().getType()).getNumElements();
    out << llvm::formatv("{0,-32} {1,-10} {2,12} {3,10}  {4}\n", getNodeName(op), op->getName().stripDialect(), macs,
                         numWeights, scheme);
  });
  out << total << " multiply-adds for one run\n";
}

llvm::Error nibble::inspectModel(const ModelOptions &model, llvm::StringRef recipe) {
  if (TensorFile::matches(model.path))
    return inspectTensors(model.path, llvm::outs());
  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModel(model);
  if (!module)
    return module.takeError();
  auto main = (*module)->lookupSymbol<func::FuncOp>("main");
  if (!main)
    return Session::reported("'" + model.path + "' has no function @main");
  llvm::raw_ostream &out = llvm::outs();
  printSignature(main, out);
  printContents(main, out);
  PipelineOptions pipeline;
  pipeline.recipe = recipe;
  if (failed(runPhases(**module, Phase::Normalize, Phase::Normalize, pipeline)) ||
      failed(runPhases(**module, Phase::Assign, Phase::Assign, pipeline)))
    return Session::reported("the model was not understood");
  printQuantization(main, recipe, out);
  return llvm::Error::success();
}
