//===- Trial.cpp - one program, on the reference and compiled -----------------------------------------===//

#include "Trial.h"
#include "nibble/Driver/Compare.h"
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
  llvm::Expected<std::vector<data::Array>> inputs = makeUpInputs(*trial.module);
  if (!inputs)
    return inputs.takeError();
  trial.inputs = std::move(*inputs);
  if (llvm::Error error = trial.evaluate())
    return std::move(error);
  return std::move(trial);
}

/// The operands of an op and what its regions use from outside.
static SmallVector<std::pair<Value, Tensor>> getUsed(Operation &op, const llvm::DenseMap<Value, Tensor> &values) {
  llvm::SetVector<Value> used(op.operand_begin(), op.operand_end());
  getUsedValuesDefinedAbove(op.getRegions(), used);
  return llvm::map_to_vector(used, [&](Value value) { return std::pair(value, values.lookup(value)); });
}

llvm::Error Trial::evaluate() {
  auto main = module->lookupSymbol<func::FuncOp>("main");
  llvm::DenseMap<Value, Tensor> values;
  llvm::DenseMap<Value, AllowedResults> results;
  for (auto [argument, input] : llvm::zip_equal(main.getArguments(), inputs)) {
    auto type = cast<RankedTensorType>(argument.getType());
    values[argument] = Tensor::borrow(type.getElementType(), type.getShape(), input.bytes.data());
  }
  Block &body = main.getBody().front();
  for (Operation &op : body.without_terminator()) {
    FailureOr<AllowedResults> result = reference::evaluateAllowed(&op, getUsed(op, values));
    if (failed(result))
      return llvm::createStringError("the reference did not evaluate " + op.getName().getStringRef());
    values[op.getResult(0)] = result->expected.front();
    results[op.getResult(0)] = *result;
  }
  for (Value result : body.getTerminator()->getOperands())
    allowed.push_back(results[result]);
  return llvm::Error::success();
}

llvm::Expected<std::vector<std::string>> Trial::compare(Session &session, StringRef level, ModuleOp changed) {
  OwningOpRef<ModuleOp> program = (changed ? changed : *module).clone();
  (*program)->removeAttr("nibble.phase");
  llvm::Expected<CompiledModel> compiled = compileInProcess(session, *program, {}, {"x86", level.str()});
  if (!compiled)
    return compiled.takeError();
  std::vector<ArrayView> views;
  for (const data::Array &input : inputs)
    views.push_back({input.type.dtype, input.type.shape, input.bytes.data()});
  llvm::Expected<std::vector<OwnedArray>> outputs = compiled->program->run(views);
  if (!outputs)
    return outputs.takeError();
  std::vector<std::string> problems(outputs->size());
  for (auto [number, output, problem] : llvm::enumerate(*outputs, problems)) {
    const Tensor &expected = allowed[number].expected.front();
    Tensor actual = Tensor::borrow(expected.getElementType(), expected.getShape(), output.data.get());
    int64_t numWrong;
    if (std::optional<int64_t> first = allowed[number].findFirstWrong(0, actual, &numWrong))
      problem = llvm::formatv("expected {0} at {1}, got {2}; {3} of {4} elements differ", formatElement(expected, *first),
                              formatPosition(expected, *first), formatElement(actual, *first), numWrong, actual.getNumElements());
  }
  return problems;
}
