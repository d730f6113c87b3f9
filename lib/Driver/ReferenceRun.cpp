//===- ReferenceRun.cpp - programs and tests on the reference interpreter ----------------------------------------------------===//

#include "ReferenceRun.h"
#include "Arrays.h"
#include "ModelInterface.h"
#include "nibble/Dialect/Check/IR/CheckDialect.h"
#include "nibble/Support/OutputFiles.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace nibble;

static constexpr StringLiteral goldenName = "golden";

static bool hasChecks(func::FuncOp function) {
  return function
      .walk([](Operation *op) {
        return isa_and_nonnull<CheckDialect>(op->getDialect()) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

/// The model with one run of it: a function that calls `@main` on these inputs and expects these outputs.
static llvm::Error writeGolden(StringRef path, ModuleOp module, ArrayRef<data::Array> inputs, ArrayRef<data::Array> outputs) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  for (auto [type, array] : llvm::zip_equal(main.getArgumentTypes(), inputs))
    if (cast<ShapedType>(type).getShape() != ArrayRef<int64_t>(array.type.shape))
      return Session::reported("--write-golden keeps one run: expected inputs of exactly the shapes of the model");
  if (Operation *former = module.lookupSymbol(goldenName))
    former->erase();
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Location loc = builder.getUnknownLoc();
  auto test = func::FuncOp::create(builder, loc, goldenName, builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(test.addEntryBlock());
  auto makeConstants = [&](TypeRange types, ArrayRef<data::Array> arrays) {
    SmallVector<Value> values;
    for (auto [type, array] : llvm::zip_equal(types, arrays))
      values.push_back(arith::ConstantOp::create(builder, loc, cast<TypedAttr>(borrowTensor(array, type).toAttribute())));
    return values;
  };
  auto call = func::CallOp::create(builder, loc, main, makeConstants(main.getArgumentTypes(), inputs));
  for (auto [result, expected] : llvm::zip_equal(call.getResults(), makeConstants(main.getResultTypes(), outputs)))
    ExpectEqOp::create(builder, loc, result, expected);
  func::ReturnOp::create(builder, loc);
  std::string text;
  llvm::raw_string_ostream(text) << module << "\n";
  return writeFile(path, text);
}

namespace {

/// One run of everything in a file.
class ReferenceRun {
public:
  explicit ReferenceRun(const RunOptions &options) : options(options) {}

  llvm::Error run() {
    llvm::Expected<OwningOpRef<ModuleOp>> loaded = session.loadModel(options.model);
    if (!loaded)
      return loaded.takeError();
    module = std::move(*loaded);
    runTests();
    auto main = module->lookupSymbol<func::FuncOp>("main");
    // A program with arguments that has tests beside it is what they call.
    bool runsMain = numFunctions == 0 || !options.inputs.empty() || (main && main.getNumArguments() == 0);
    if (runsMain) {
      numFunctions += main && hasChecks(main);
      if (llvm::Error error = runMain())
        return error;
    }
    return finish();
  }

private:
  void runTests() {
    for (auto function : module->getOps<func::FuncOp>()) {
      if (function.getName() == "main" || function.getNumArguments() > 0 || function.isExternal() || !hasChecks(function))
        continue;
      ++numFunctions;
      numBroken += failed(reference::evaluate(function, {}, nullptr, &checks));
    }
  }

  llvm::Error runMain() {
    llvm::Expected<ModelInterface> interface = ModelInterface::get(*module);
    if (!interface)
      return interface.takeError();
    InterfaceInfo description(interface->getInputs(), interface->getOutputs());
    llvm::Expected<std::vector<data::Array>> inputs = readInputs(options.inputs, description.info);
    if (!inputs)
      return inputs.takeError();
    llvm::Expected<std::vector<data::Array>> outputs = runOnReference(*module, description.info, *inputs, &checks);
    if (!outputs)
      return outputs.takeError();
    if (!options.golden.empty())
      return writeGolden(options.golden, *module, *inputs, *outputs);
    return writeOutputs(options.outputDir, description.info, *outputs);
  }

  llvm::Error finish() const {
    int64_t numChecks = checks.numHeld + checks.numFailed;
    std::string where = std::to_string(numChecks) + " checks in " + std::to_string(numFunctions) + " functions";
    if (numBroken > 0)
      return Session::reported(std::to_string(numBroken) + " of " + std::to_string(numFunctions) + " functions were not evaluated");
    if (checks.numFailed > 0)
      return Session::reported(std::to_string(checks.numFailed) + " of " + where + " do not hold");
    if (numFunctions > 0)
      llvm::outs() << where << " hold\n";
    return llvm::Error::success();
  }

  const RunOptions &options;
  Session session;
  OwningOpRef<ModuleOp> module;
  reference::CheckCounts checks;
  int64_t numFunctions = 0, numBroken = 0;
};

} // namespace

llvm::Error nibble::runOnReference(const RunOptions &options) { return ReferenceRun(options).run(); }
