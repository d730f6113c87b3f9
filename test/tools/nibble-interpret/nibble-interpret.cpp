//===- nibble-interpret.cpp - evaluates @main of an .mlir file and prints its results ---------------===//
//
// For tests of lib/Reference: inputs are constants in the file, or read with --input from .npy files. One line for each
// result, `tensor<2x2xf32> [[1, 2], [3, 4]]`, each float with as many digits as make it different from its neighbours.
// With --fold, every op of a function that evaluateConstant folds is replaced by constants, and the module is printed.
//
//===----------------------------------------------------------------------------------------------===//

#include "nibble/Data/Npy.h"
#include "nibble/Pipelines/InitDialectsAndPasses.h"
#include "nibble/Reference/ConstantEvaluation.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/ToolUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace nibble;
using reference::Tensor;

static llvm::cl::opt<std::string> inputFile(llvm::cl::Positional, llvm::cl::desc("<file.mlir>"), llvm::cl::init("-"));
static llvm::cl::opt<bool> splitInputFile("split-input-file", llvm::cl::desc("Each part is a module of its own"));
static llvm::cl::opt<bool> verifyDiagnostics("verify-diagnostics", llvm::cl::desc("Compare with expected-* comments"));
static llvm::cl::opt<bool> observe("observe", llvm::cl::desc("Print the results of every op"));
static llvm::cl::list<std::string>
    inputFiles("input", llvm::cl::value_desc("file.npy"),
               llvm::cl::desc("The next input of @main; more samples than it has are cut off"));
static llvm::cl::opt<bool> fold("fold", llvm::cl::desc("Fold the ops of @main on constants and print the module"));

static void printElements(const Tensor &tensor, int64_t dim, int64_t &index, raw_ostream &os) {
  if (dim == tensor.getRank()) {
    os << formatElement(tensor, index++);
    return;
  }
  os << '[';
  for (int64_t i = 0; i < tensor.getShape()[dim]; ++i) {
    os << (i ? ", " : "");
    printElements(tensor, dim + 1, index, os);
  }
  os << ']';
}

static void print(const Tensor &tensor, raw_ostream &os) {
  int64_t index = 0;
  os << tensor.getType() << ' ';
  printElements(tensor, 0, index, os);
  os << '\n';
}

/// Replaces the op by constants when it can be folded.
static void foldConstant(Operation &op) {
  if (op.hasTrait<OpTrait::ConstantLike>())
    return;
  FailureOr<SmallVector<TypedAttr>> attributes = reference::evaluateConstant(&op, /*maxNumElements=*/1024);
  if (failed(attributes))
    return;
  OpBuilder builder(&op);
  for (auto [result, attribute] : llvm::zip_equal(op.getResults(), *attributes))
    result.replaceAllUsesWith(arith::ConstantOp::create(builder, op.getLoc(), attribute));
  op.erase();
}

/// Reads the files of --input as the leading arguments of @main. `arrays` owns their elements.
static FailureOr<SmallVector<Tensor>> readInputs(func::FuncOp main, std::vector<data::Array> &arrays) {
  SmallVector<Tensor> inputs;
  for (auto [path, type] : llvm::zip(inputFiles, main.getArgumentTypes())) {
    llvm::Expected<data::Array> array = data::readNpy(path);
    if (!array)
      return main.emitError(llvm::toString(array.takeError()));
    auto shaped = cast<ShapedType>(type);
    uint64_t size = shaped.getNumElements() * llvm::divideCeil(shaped.getElementTypeBitWidth(), 8);
    if (array->bytes.size() < size)
      return main.emitError() << path << ": expected at least " << size << " bytes, got " << array->bytes.size();
    arrays.push_back(std::move(*array));
    inputs.push_back(Tensor::borrow(shaped.getElementType(), shaped.getShape(), arrays.back().bytes.data()));
  }
  return inputs;
}

static LogicalResult process(ModuleOp module, raw_ostream &os) {
  if (fold) {
    for (auto function : module.getOps<func::FuncOp>())
      for (Operation &op : llvm::make_early_inc_range(function.getOps()))
        foldConstant(op);
    module.print(os);
    return success();
  }
  auto printResults = [&](Operation *op, ArrayRef<Tensor> results) {
    for (const Tensor &tensor : results) {
      os << op->getName() << ": ";
      print(tensor, os);
    }
  };
  std::vector<data::Array> arrays;
  FailureOr<SmallVector<Tensor>> inputs = SmallVector<Tensor>();
  if (auto main = module.lookupSymbol<func::FuncOp>("main"))
    inputs = readInputs(main, arrays);
  if (failed(inputs))
    return failure();
  FailureOr<SmallVector<Tensor>> results =
      reference::evaluateMain(module, *inputs, observe ? reference::Observer(printResults) : nullptr);
  if (failed(results))
    return failure();
  for (const Tensor &tensor : *results)
    print(tensor, os);
  return success();
}

static LogicalResult processPart(std::unique_ptr<llvm::MemoryBuffer> part, const DialectRegistry &registry,
                                 raw_ostream &os) {
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(!verifyDiagnostics);
  auto source = std::make_shared<llvm::SourceMgr>();
  source->AddNewSourceBuffer(std::move(part), SMLoc());
  if (verifyDiagnostics) {
    SourceMgrDiagnosticVerifierHandler handler(*source, &context);
    if (OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(source, &context))
      (void)process(*module, os);
    return handler.verify();
  }
  SourceMgrDiagnosticHandler handler(*source, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(source, &context);
  return module ? process(*module, os) : failure();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv, "evaluates @main with the reference interpreter\n");
  DialectRegistry registry;
  registerAllDialects(registry);
  registerNibbleDialects(registry);

  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> input = openInputFile(inputFile, &message);
  if (!input) {
    llvm::errs() << message << '\n';
    return 1;
  }
  auto processBuffer = [&](std::unique_ptr<llvm::MemoryBuffer> part, raw_ostream &os) {
    return processPart(std::move(part), registry, os);
  };
  return failed(
      splitAndProcessBuffer(std::move(input), processBuffer, llvm::outs(), splitInputFile ? kDefaultSplitMarker : ""));
}
