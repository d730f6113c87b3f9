//===- ScalarProgram.cpp - from ops to instructions, and the machine that runs them ----------------===//

#include "ScalarProgram.h"
#include "nibble/Numerics/SmallFloat.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"
#include <limits>

using namespace mlir;
using namespace nibble::reference;
using nibble::numerics::bfloatToFloat;
using nibble::numerics::floatToBfloat;
using nibble::numerics::floatToHalf;
using nibble::numerics::halfToFloat;

//===----------------------------------------------------------------------------------------------===//
// Assembler
//===----------------------------------------------------------------------------------------------===//

ElementKind ScalarAssembler::getKind(Value value) const {
  return *getElementKind(getElementTypeOrSelf(value.getType()));
}

Register ScalarAssembler::define(Value value) { return registers[value] = makeRegister(); }

Register ScalarAssembler::getRegister(Value value) {
  if (auto found = registers.find(value); found != registers.end())
    return found->second;
  Register reg = define(value);
  program.captures.push_back({{reg, getKind(value)}, value});
  return reg;
}

unsigned ScalarAssembler::getAccess(Value value) {
  auto *found = llvm::find(program.accessed, value);
  unsigned number = found - program.accessed.begin();
  if (found == program.accessed.end())
    program.accessed.push_back(value);
  return number;
}

Instruction &ScalarAssembler::emit(Instruction::Kernel kernel, Operation *op, Register result,
                                   ArrayRef<Register> operands) {
  Instruction &instruction = program.instructions.emplace_back();
  instruction.kernel = kernel;
  instruction.op = op;
  instruction.result = result;
  llvm::copy(operands, instruction.operands);
  return instruction;
}

/// Every value has an element kind, or an error says which one has not.
static LogicalResult checkKinds(Operation *op, ValueRange values) {
  for (Value value : values)
    if (!getElementKind(getElementTypeOrSelf(value.getType())))
      return op->emitOpError() << "has a value of type " << value.getType()
                               << ", which the reference interpreter does not hold";
  return success();
}

LogicalResult ScalarAssembler::emitBlock(Block &body) {
  for (Operation &op : body.without_terminator()) {
    ScalarEmitter emitter = lookUpScalarEmitter(&op);
    bool isOnScalars = llvm::none_of(op.getResultTypes(), llvm::IsaPred<ShapedType>);
    if (!emitter || !isOnScalars)
      return op.emitOpError("is not supported by the reference interpreter inside a region of scalars");
    if (failed(checkKinds(&op, op.getOperands())) || failed(checkKinds(&op, op.getResults())) ||
        failed(emitter(&op, *this)))
      return failure();
  }
  if (program.numRegisters > std::numeric_limits<Register>::max())
    return body.getParentOp()->emitOpError(
        "has a region with more values than the reference interpreter has registers");
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Program
//===----------------------------------------------------------------------------------------------===//

bool ScalarProgram::isScalarOp(Operation *op) { return lookUpScalarEmitter(op) != nullptr; }

FailureOr<ScalarProgram> ScalarProgram::compile(Block &block) {
  Operation *parent = block.getParentOp();
  if (failed(checkKinds(parent, block.getArguments())) ||
      failed(checkKinds(parent, block.getTerminator()->getOperands())))
    return failure();
  ScalarProgram program;
  ScalarAssembler assembler(program);
  for (BlockArgument argument : block.getArguments())
    program.inputs.push_back({assembler.define(argument), assembler.getKind(argument)});
  if (failed(assembler.emitBlock(block)))
    return failure();
  for (Value value : block.getTerminator()->getOperands())
    program.outputs.push_back({assembler.getRegister(value), assembler.getKind(value)});
  return program;
}

FailureOr<ScalarProgram> ScalarProgram::compile(Operation *op) {
  if (failed(checkKinds(op, op->getOperands())) || failed(checkKinds(op, op->getResults())))
    return failure();
  ScalarProgram program;
  ScalarAssembler assembler(program);
  for (Value operand : op->getOperands())
    program.inputs.push_back({assembler.define(operand), assembler.getKind(operand)});
  if (failed(lookUpScalarEmitter(op)(op, assembler)))
    return failure();
  for (Value result : op->getResults())
    program.outputs.push_back({assembler.getRegister(result), assembler.getKind(result)});
  return program;
}

//===----------------------------------------------------------------------------------------------===//
// Memory and lanes
//===----------------------------------------------------------------------------------------------===//

namespace {
/// How the elements of a kind are read into a lane and written back.
template <typename Stored, typename Lane> struct PlainElement {
  using StoredType = Stored;
  using LaneType = Lane;
  static Lane read(Stored stored) { return static_cast<Lane>(stored); }
  static Stored write(Lane lane) { return static_cast<Stored>(lane); }
};
struct BoolElement {
  using StoredType = uint8_t;
  using LaneType = int64_t;
  static int64_t read(uint8_t stored) { return -int64_t(stored & 1); }
  static uint8_t write(int64_t lane) { return lane & 1; }
};
struct HalfElement {
  using StoredType = uint16_t;
  using LaneType = float;
  static float read(uint16_t stored) { return halfToFloat(stored); }
  static uint16_t write(float lane) { return floatToHalf(lane); }
};
struct BfloatElement {
  using StoredType = uint16_t;
  using LaneType = float;
  static float read(uint16_t stored) { return bfloatToFloat(stored); }
  static uint16_t write(float lane) { return floatToBfloat(lane); }
};

/// Calls a function with the element description of a kind.
template <typename Function> void dispatch(ElementKind kind, Function function) {
  switch (kind) {
  case ElementKind::I1:
    return function(BoolElement());
  case ElementKind::I8:
    return function(PlainElement<int8_t, int64_t>());
  case ElementKind::I16:
    return function(PlainElement<int16_t, int64_t>());
  case ElementKind::I32:
    return function(PlainElement<int32_t, int64_t>());
  case ElementKind::I64:
    return function(PlainElement<int64_t, int64_t>());
  case ElementKind::F16:
    return function(HalfElement());
  case ElementKind::BF16:
    return function(BfloatElement());
  case ElementKind::F32:
    return function(PlainElement<float, float>());
  case ElementKind::F64:
    return function(PlainElement<double, double>());
  }
}
} // namespace

void ScalarMachine::load(ScalarProgram::Port port, const char *data, int64_t stride, int64_t numLanes) {
  dispatch(port.kind, [&](auto element) {
    using Element = decltype(element);
    auto *__restrict to = lanes<typename Element::LaneType>(port.reg);
    const auto *__restrict from = reinterpret_cast<const typename Element::StoredType *>(data);
    if (stride == 0)
      std::fill_n(to, numLanes, Element::read(*from));
    else if (stride == 1)
      for (int64_t i = 0; i < numLanes; ++i)
        to[i] = Element::read(from[i]);
    else
      for (int64_t i = 0; i < numLanes; ++i)
        to[i] = Element::read(from[i * stride]);
  });
}

void ScalarMachine::store(ScalarProgram::Port port, char *data, int64_t stride, int64_t numLanes) const {
  dispatch(port.kind, [&](auto element) {
    using Element = decltype(element);
    const auto *__restrict from = lanes<typename Element::LaneType>(port.reg);
    auto *__restrict to = reinterpret_cast<typename Element::StoredType *>(data);
    if (stride == 1)
      for (int64_t i = 0; i < numLanes; ++i)
        to[i] = Element::write(from[i]);
    else
      for (int64_t i = 0; i < numLanes; ++i)
        to[i * stride] = Element::write(from[i]);
  });
}

void ScalarMachine::gather(ScalarProgram::Port port, const char *data, ArrayRef<int64_t> offsets) {
  dispatch(port.kind, [&](auto element) {
    using Element = decltype(element);
    auto *to = lanes<typename Element::LaneType>(port.reg);
    const auto *from = reinterpret_cast<const typename Element::StoredType *>(data);
    for (auto [i, offset] : llvm::enumerate(offsets))
      to[i] = Element::read(from[offset]);
  });
}

void ScalarMachine::scatter(ScalarProgram::Port port, char *data, ArrayRef<int64_t> offsets) const {
  dispatch(port.kind, [&](auto element) {
    using Element = decltype(element);
    const auto *from = lanes<typename Element::LaneType>(port.reg);
    auto *to = reinterpret_cast<typename Element::StoredType *>(data);
    for (auto [i, offset] : llvm::enumerate(offsets))
      to[offset] = Element::write(from[i]);
  });
}

void ScalarMachine::fillIndex(Register reg, int64_t first, int64_t step, int64_t numLanes) {
  auto *to = lanes<int64_t>(reg);
  for (int64_t i = 0; i < numLanes; ++i)
    to[i] = first + i * step;
}

//===----------------------------------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------------------------------===//

ScalarMachine::ScalarMachine(const ScalarProgram &program, ArrayRef<Tensor> captures, ArrayRef<View> accessed)
    : program(program), registers(new uint64_t[std::max(1u, program.numRegisters) * maxLanes]()), accessed(accessed) {
  for (const auto &[port, scalar] : program.constants)
    load(port, scalar.getData(), 0, maxLanes);
  for (const auto &[captured, scalar] : llvm::zip_equal(program.captures, captures))
    load(captured.first, scalar.getData(), 0, maxLanes);
}

void ScalarMachine::fail(const Instruction &instruction, const Twine &text) {
  if (failed)
    return;
  failed = &instruction;
  message = text.str();
}

LogicalResult ScalarMachine::run(int64_t numLanes) {
  for (const Instruction &instruction : program.instructions) {
    instruction.kernel(instruction, *this, numLanes);
    if (LLVM_UNLIKELY(failed))
      return failed->op->emitOpError(message);
  }
  return success();
}
