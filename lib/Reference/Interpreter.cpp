//===- Interpreter.cpp - frames, dispatch, entry points --------------------------------------------===//

#include "nibble/Reference/Interpreter.h"
#include "Evaluators.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

//===----------------------------------------------------------------------------------------------===//
// Values of a frame
//===----------------------------------------------------------------------------------------------===//

View Frame::getView(Value value) const {
  const RuntimeValue &runtimeValue = get(value);
  if (const auto *buffer = std::get_if<Buffer>(&runtimeValue))
    return buffer->view;
  return std::get<Tensor>(runtimeValue).getView();
}

SmallVector<int64_t> Frame::getIntegers(ArrayRef<OpFoldResult> mixed) const {
  return llvm::map_to_vector(mixed, [&](OpFoldResult size) {
    if (auto attribute = dyn_cast<Attribute>(size))
      return cast<IntegerAttr>(attribute).getInt();
    return getInteger(cast<Value>(size));
  });
}

FailureOr<Tensor> Frame::create(Operation *op, Type elementType, ArrayRef<int64_t> shape) const {
  FailureOr<Tensor> tensor = Tensor::create(elementType, shape);
  if (failed(tensor))
    return op->emitOpError() << "has a result of [" << shape << "] x " << elementType
                             << ", which the reference interpreter cannot hold";
  return tensor;
}

FailureOr<Tensor> Frame::clone(Operation *op, const Tensor &tensor) const {
  FailureOr<Tensor> copy = create(op, tensor.getElementType(), tensor.getShape());
  if (succeeded(copy))
    copyElements(tensor.getView(), copy->getView());
  return copy;
}

ScalarMachine Frame::makeMachine(const ScalarProgram &program) const {
  auto captures = llvm::map_to_vector(program.captures, [&](const auto &capture) { return getTensor(capture.second); });
  auto accessed = llvm::map_to_vector(program.accessed, [&](Value value) { return getView(value); });
  return ScalarMachine(program, captures, accessed);
}

//===----------------------------------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------------------------------===//

static LogicalResult dispatch(Operation *op, Frame &frame) {
  auto listed = llvm::TypeSwitch<Operation *, std::optional<LogicalResult>>(op)
#define NIBBLE_REFERENCE_OP(Op) .Case([&](Op concrete) { return evaluateOp(concrete, frame); })
#include "Ops.def"
                    .Default([](Operation *) { return std::nullopt; });
  if (listed)
    return *listed;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return evaluateLinalgOp(linalgOp, frame);
  if (ScalarProgram::isScalarOp(op))
    return evaluateElementwiseOp(op, frame);
  return op->emitOpError("is not supported by the reference interpreter");
}

/// The value fits the type of the IR.
static bool isCompatible(const RuntimeValue &value, Type type) {
  if (const auto *tensor = std::get_if<Tensor>(&value)) {
    if (auto shaped = dyn_cast<RankedTensorType>(type))
      return tensor->getElementType() == shaped.getElementType() &&
             succeeded(verifyCompatibleShape(shaped.getShape(), tensor->getShape()));
    return tensor->getElementType() == type && tensor->getRank() == 0;
  }
  if (const auto *buffer = std::get_if<Buffer>(&value)) {
    auto shaped = dyn_cast<MemRefType>(type);
    return shaped && buffer->elementType == shaped.getElementType() &&
           succeeded(verifyCompatibleShape(shaped.getShape(), buffer->view.shape));
  }
  return !isa<ShapedType>(type) && !getElementKind(type);
}

LogicalResult Frame::evaluate(Operation *op) {
  for (Value operand : op->getOperands())
    if (!values.contains(operand))
      return op->emitOpError("has an operand that the reference interpreter has no value for");
  if (failed(dispatch(op, *this)))
    return failure();
  SmallVector<Tensor> observed;
  for (auto [number, result] : llvm::enumerate(op->getResults())) {
    if (!isCompatible(get(result), result.getType()))
      return op->emitOpError() << "has a result " << number << " that does not fit its type " << result.getType();
    if (const auto *tensor = std::get_if<Tensor>(&get(result)))
      observed.push_back(*tensor);
  }
  if (evaluation.observer)
    evaluation.observer(op, observed);
  return success();
}

/// The values that no op of their block needs after the given one.
static llvm::DenseMap<Operation *, SmallVector<Value>> getLastUses(Block &block) {
  llvm::DenseMap<Value, Operation *> lastUsers;
  for (Operation &op : block) {
    for (Value result : op.getResults())
      lastUsers[result] = &op;
    op.walk([&](Operation *user) {
      for (Value operand : user->getOperands())
        if (operand.getParentBlock() == &block)
          lastUsers[operand] = &op;
    });
  }
  llvm::DenseMap<Operation *, SmallVector<Value>> lastUses;
  for (auto [value, user] : lastUsers)
    lastUses[user].push_back(value);
  return lastUses;
}

FailureOr<SmallVector<RuntimeValue>> Frame::evaluate(Block &block, ArrayRef<RuntimeValue> arguments) {
  for (auto [argument, value] : llvm::zip_equal(block.getArguments(), arguments))
    set(argument, value);
  llvm::DenseMap<Operation *, SmallVector<Value>> lastUses = getLastUses(block);
  for (Operation &op : block.without_terminator()) {
    if (failed(evaluate(&op)))
      return failure();
    for (Value value : lastUses.lookup(&op))
      values.erase(value);
  }
  return llvm::map_to_vector(block.getTerminator()->getOperands(), [&](Value value) { return get(value); });
}

FailureOr<SmallVector<RuntimeValue>> Frame::call(Operation *caller, FunctionOpInterface function,
                                                 ArrayRef<RuntimeValue> arguments) {
  constexpr unsigned maxDepth = 64;
  if (evaluation.depth == maxDepth)
    return caller->emitOpError() << "nests calls more than " << maxDepth << " deep";
  if (!function.getFunctionBody().hasOneBlock())
    return function->emitOpError("has no body of one block, which the reference interpreter expects");
  ++evaluation.depth;
  FailureOr<SmallVector<RuntimeValue>> results =
      Frame(evaluation).evaluate(function.getFunctionBody().front(), arguments);
  --evaluation.depth;
  return results;
}

//===----------------------------------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------------------------------===//

/// Inputs fit the types they are meant for.
static LogicalResult checkInputs(Operation *op, ArrayRef<Tensor> inputs, ArrayRef<Type> types) {
  if (inputs.size() != types.size())
    return op->emitOpError() << "expected " << types.size() << " inputs, got " << inputs.size();
  for (auto [number, input, type] : llvm::enumerate(inputs, types))
    if (!isCompatible(input, type))
      return op->emitOpError() << "expected input " << number << " of type " << type << ", got " << input.getType();
  return success();
}

/// Results of a function as tensors.
static FailureOr<SmallVector<Tensor>> getTensors(Operation *op, ArrayRef<RuntimeValue> values) {
  SmallVector<Tensor> tensors;
  for (const RuntimeValue &value : values) {
    if (!std::holds_alternative<Tensor>(value))
      return op->emitOpError("has a result that is neither tensor nor scalar");
    tensors.push_back(std::get<Tensor>(value));
  }
  return tensors;
}

FailureOr<SmallVector<Tensor>> nibble::reference::evaluate(func::FuncOp function, ArrayRef<Tensor> inputs,
                                                           Observer observer, CheckCounts *checks) {
  if (failed(checkInputs(function, inputs, function.getArgumentTypes())))
    return failure();
  Evaluation evaluation{observer, {}};
  FailureOr<SmallVector<RuntimeValue>> results =
      Frame(evaluation).call(function, function, SmallVector<RuntimeValue>(inputs.begin(), inputs.end()));
  if (checks) {
    checks->numHeld += evaluation.checks.numHeld;
    checks->numFailed += evaluation.checks.numFailed;
  }
  if (failed(results) || (!checks && evaluation.checks.numFailed > 0))
    return failure();
  return getTensors(function, *results);
}

FailureOr<SmallVector<Tensor>> nibble::reference::evaluate(Operation *op, ArrayRef<std::pair<Value, Tensor>> values) {
  Evaluation evaluation;
  Frame frame(evaluation);
  for (const auto &[value, tensor] : values)
    frame.set(value, tensor);
  if (failed(frame.evaluate(op)))
    return failure();
  return getTensors(op, llvm::map_to_vector(op->getResults(), [&](Value result) { return frame.get(result); }));
}

//===----------------------------------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------------------------------===//

/// The memory behind an argument of a lowered @main, by its role; fails when there is none.
static FailureOr<Buffer> makeArgument(StringRef role, MemRefType type, ModuleOp module, ArrayRef<Tensor> &inputs) {
  if (role == "input") {
    if (inputs.empty())
      return failure();
    FailureOr<Buffer> buffer = Buffer::create(inputs.front());
    inputs = inputs.drop_front();
    return buffer;
  }
  auto weights = module->getAttrOfType<ElementsAttr>("nibble.weights");
  if (role == "weights" && weights) {
    FailureOr<Tensor> tensor = Tensor::get(weights);
    return succeeded(tensor) ? Buffer::create(*tensor) : FailureOr<Buffer>(failure());
  }
  bool isScratch = role == "output" || role == "workspace" || (role == "weights" && type.getNumElements() == 0);
  FailureOr<Tensor> scratch = failure();
  if (isScratch)
    scratch = Tensor::create(type.getElementType(), type.getShape());
  if (failed(scratch))
    return failure();
  // What is in it is undefined: nothing that a program could take for a zero.
  std::memset(scratch->getMutableData(), 0xa5, scratch->getSizeInBytes());
  return Buffer::create(*scratch);
}

/// The arguments of a lowered @main: memory by `nibble.role`, and pointers to how threads are started, which nothing
/// reads.
static FailureOr<SmallVector<RuntimeValue>> makeArguments(func::FuncOp main, ModuleOp module, ArrayRef<Tensor> inputs) {
  SmallVector<RuntimeValue> arguments;
  for (auto [number, type] : llvm::enumerate(main.getArgumentTypes())) {
    if (isa<LLVM::LLVMPointerType>(type)) {
      arguments.push_back(std::monostate());
      continue;
    }
    auto role = main.getArgAttrOfType<StringAttr>(number, "nibble.role");
    auto memref = dyn_cast<MemRefType>(type);
    if (!role || !memref || !memref.hasStaticShape())
      return main.emitOpError() << "has argument " << number << " of type " << type
                                << ", expected a memref of static shape with a 'nibble.role' or a pointer";
    FailureOr<Buffer> buffer = makeArgument(role, memref, module, inputs);
    if (failed(buffer) || !isCompatible(*buffer, type))
      return main.emitOpError() << "has nothing that fits argument " << number << " of role " << role << " and type "
                                << type;
    arguments.push_back(*buffer);
  }
  if (!inputs.empty())
    return main.emitOpError() << "has no argument for the last " << inputs.size() << " inputs";
  return arguments;
}

/// Evaluates a program on memrefs; the results are its outputs.
static FailureOr<SmallVector<Tensor>> evaluateLowered(func::FuncOp main, ModuleOp module, ArrayRef<Tensor> inputs,
                                                      Observer observer) {
  FailureOr<SmallVector<RuntimeValue>> arguments = makeArguments(main, module, inputs);
  Evaluation evaluation{observer, {}};
  if (failed(arguments) || failed(Frame(evaluation).call(main, main, *arguments)))
    return failure();
  SmallVector<Tensor> results;
  for (auto [number, argument] : llvm::enumerate(*arguments)) {
    auto role = main.getArgAttrOfType<StringAttr>(number, "nibble.role");
    if (!role || role.getValue() != "output")
      continue;
    FailureOr<Tensor> tensor = std::get<Buffer>(argument).toTensor();
    if (failed(tensor))
      return main.emitOpError("has an output that the reference interpreter cannot hold");
    results.push_back(*tensor);
  }
  return results;
}

FailureOr<SmallVector<Tensor>> nibble::reference::evaluateMain(ModuleOp module, ArrayRef<Tensor> inputs,
                                                               Observer observer, CheckCounts *checks) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return module.emitError("the module has no function @main");
  bool isLowered = llvm::any_of(main.getArgumentTypes(), llvm::IsaPred<BaseMemRefType>);
  return isLowered ? evaluateLowered(main, module, inputs, observer) : evaluate(main, inputs, observer, checks);
}
