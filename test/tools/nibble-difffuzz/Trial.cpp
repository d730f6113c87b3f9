//===- Trial.cpp - one program, on the reference and compiled -----------------------------------------===//

#include "Trial.h"
#include "Inputs.h"
#include "nibble/Driver/Compile.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::difffuzz;
using reference::AllowedResults;
using reference::Tensor;

llvm::Expected<Trial> Trial::create(Session &session, StringRef text) {
  Trial trial;
  trial.module = parseSourceString<ModuleOp>(text, &session.getContext());
  if (!trial.module)
    return llvm::createStringError("the text is no module");
  trial.sets.resize(getNumInputSets());
  for (auto [index, set] : llvm::enumerate(trial.sets)) {
    if (llvm::Error error = makeInputSet(*trial.module, index).moveInto(set.inputs))
      return std::move(error);
    if (llvm::Error error = trial.evaluate(set))
      return std::move(error);
  }
  return std::move(trial);
}

/// The operands of an op and what its regions use from outside.
static SmallVector<std::pair<Value, Tensor>> getUsed(Operation &op, const llvm::DenseMap<Value, Tensor> &values) {
  llvm::SetVector<Value> used(op.operand_begin(), op.operand_end());
  getUsedValuesDefinedAbove(op.getRegions(), used);
  return llvm::map_to_vector(used, [&](Value value) { return std::pair(value, values.lookup(value)); });
}

llvm::Error Trial::evaluate(Set &set) {
  auto main = module->lookupSymbol<func::FuncOp>("main");
  llvm::DenseMap<Value, Tensor> values;
  llvm::DenseMap<Value, AllowedResults> results;
  for (auto [argument, input] : llvm::zip_equal(main.getArguments(), set.inputs)) {
    auto type = cast<RankedTensorType>(argument.getType());
    values[argument] = Tensor::borrow(type.getElementType(), type.getShape(), input.bytes.data());
  }
  Block &body = main.getBody().front();
  for (Operation &op : body.without_terminator()) {
    FailureOr<AllowedResults> result = reference::evaluateAllowed(&op, getUsed(op, values));
    if (failed(result))
      return llvm::createStringError("the reference did not evaluate " + op.getName().getStringRef());
    for (auto [value, expected] : llvm::zip_equal(op.getResults(), result->expected))
      values[value] = expected;
    results[op.getResult(0)] = *result;
  }
  for (Value result : body.getTerminator()->getOperands())
    set.allowed.push_back(results[result]);
  return llvm::Error::success();
}

llvm::Error Trial::compare(Program &program, unsigned index, std::vector<std::optional<Difference>> &differences) {
  const Set &set = sets[index];
  auto views = llvm::map_to_vector(set.inputs, [](const data::Array &input) {
    return ArrayView{input.type.dtype, input.type.shape, input.bytes.data()};
  });
  llvm::Expected<std::vector<OwnedArray>> outputs = program.run(views);
  if (!outputs)
    return outputs.takeError();
  for (auto [output, allowed, difference] : llvm::zip_equal(*outputs, set.allowed, differences)) {
    const Tensor &expected = allowed.expected.front();
    Tensor actual = Tensor::borrow(expected.getElementType(), expected.getShape(), output.data.get());
    int64_t numWrong;
    std::optional<int64_t> first = allowed.findFirstWrong(0, actual, &numWrong);
    if (!first || difference)
      continue;
    difference = {index, llvm::formatv("expected {0} at {1}, got {2}; {3} of {4} elements differ", formatElement(expected, *first),
                                       formatPosition(expected, *first), formatElement(actual, *first), numWrong, actual.getNumElements())};
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<std::optional<Difference>>> Trial::compare(Session &session, StringRef level, ModuleOp changed) {
  OwningOpRef<ModuleOp> program = (changed ? changed : *module).clone();
  (*program)->removeAttr("nibble.phase");
  llvm::Expected<CompiledModel> compiled = compileInProcess(session, *program, {}, {"x86", level.str()});
  if (!compiled)
    return compiled.takeError();
  std::vector<std::optional<Difference>> differences(compiled->program->getInfo().num_outputs);
  for (unsigned index = 0; index < sets.size(); ++index)
    if (llvm::Error error = compare(*compiled->program, index, differences))
      return std::move(error);
  return differences;
}
