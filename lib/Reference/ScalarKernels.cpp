//===- ScalarKernels.cpp - what each scalar op computes --------------------------------------------===//
//
// ScalarOps.def has the ops whose meaning is one expression, Numerics/Functions.def those that are functions of Numerics; the rest is here: constants, select, casts, and reading an
// element at a computed place.
//
//===----------------------------------------------------------------------------------------------===//

#include "ScalarProgram.h"
#include "nibble/Numerics/Angles.h"
#include "nibble/Numerics/SmallFloat.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir;
using namespace nibble::reference;

//===----------------------------------------------------------------------------------------------===//
// Helpers of the expressions in ScalarOps.def
//===----------------------------------------------------------------------------------------------===//

static int64_t signExtend(uint64_t bits, unsigned numBits) {
  return static_cast<int64_t>(bits << (64 - numBits)) >> (64 - numBits);
}
static uint64_t zeroExtend(int64_t value, unsigned numBits) {
  return static_cast<uint64_t>(value) << (64 - numBits) >> (64 - numBits);
}
template <typename T> static bool isNaN(T a) { return a != a; }
/// IEEE 754-2019 maximum: NaN wins, and +0 is larger than -0.
template <typename T> static T maximum(T a, T b) {
  if (a == b)
    return std::signbit(a) ? b : a;
  return a > b || isNaN(a) ? a : b;
}
/// A bool is an integer of one bit, sign-extended as all are.
static int64_t fromBool(bool value) { return -int64_t(value); }

//===----------------------------------------------------------------------------------------------===//
// Kernels over lanes
//===----------------------------------------------------------------------------------------------===//

template <typename Function, typename From, typename To>
static void mapUnary(const Instruction &instruction, ScalarMachine &machine, int64_t numLanes) {
  const From *__restrict a = machine.lanes<From>(instruction.operands[0]);
  To *__restrict to = machine.lanes<To>(instruction.result);
  for (int64_t i = 0; i < numLanes; ++i)
    to[i] = Function::compute(a[i], instruction.numBits);
}

template <typename Function, typename From, typename To>
static void mapBinary(const Instruction &instruction, ScalarMachine &machine, int64_t numLanes) {
  const From *__restrict a = machine.lanes<From>(instruction.operands[0]);
  const From *__restrict b = machine.lanes<From>(instruction.operands[1]);
  To *__restrict to = machine.lanes<To>(instruction.result);
  for (int64_t i = 0; i < numLanes; ++i)
    to[i] = Function::compute(a[i], b[i], instruction.numBits);
}

template <typename Function>
static void divide(const Instruction &instruction, ScalarMachine &machine, int64_t numLanes) {
  const int64_t *b = machine.lanes<int64_t>(instruction.operands[1]);
  if (std::find(b, b + numLanes, 0) != b + numLanes)
    return machine.fail(instruction, "divides by zero");
  mapBinary<Function, int64_t, int64_t>(instruction, machine, numLanes);
}

namespace {
#define NIBBLE_FLOAT_UNARY(dialect, op, expression)                                                                    \
  struct dialect##op {                                                                                                 \
    template <typename T> static T compute(T a, unsigned) { return expression; }                                       \
  };
#define NIBBLE_FLOAT_BINARY(dialect, op, expression)                                                                   \
  struct dialect##op {                                                                                                 \
    template <typename T> static T compute(T a, T b, unsigned) { return expression; }                                  \
  };
#define NIBBLE_FLOAT_TEST(dialect, op, expression)                                                                     \
  struct dialect##op {                                                                                                 \
    template <typename T> static int64_t compute(T a, unsigned) { return fromBool(expression); }                       \
  };
#define NIBBLE_INT_UNARY(dialect, op, expression)                                                                      \
  struct dialect##op {                                                                                                 \
    static int64_t compute(int64_t a, unsigned numBits) {                                                              \
      [[maybe_unused]] uint64_t ua = zeroExtend(a, numBits);                                                           \
      return signExtend(static_cast<uint64_t>(expression), numBits);                                                   \
    }                                                                                                                  \
  };
#define NIBBLE_INT_BINARY(dialect, op, expression)                                                                     \
  struct dialect##op {                                                                                                 \
    static int64_t compute(int64_t a, int64_t b, unsigned numBits) {                                                   \
      [[maybe_unused]] uint64_t ua = zeroExtend(a, numBits), ub = zeroExtend(b, numBits);                              \
      return signExtend(static_cast<uint64_t>(expression), numBits);                                                   \
    }                                                                                                                  \
  };
#define NIBBLE_INT_DIVISION NIBBLE_INT_BINARY
#define NIBBLE_INT_COMPARE(predicate, expression)                                                                      \
  struct compareInt##predicate {                                                                                       \
    static int64_t compute(int64_t a, int64_t b, unsigned numBits) {                                                   \
      [[maybe_unused]] uint64_t ua = zeroExtend(a, numBits), ub = zeroExtend(b, numBits);                              \
      return fromBool(expression);                                                                                     \
    }                                                                                                                  \
  };
#define NIBBLE_FLOAT_COMPARE(predicate, expression)                                                                    \
  struct compareFloat##predicate {                                                                                     \
    template <typename T> static int64_t compute(T a, T b, unsigned) { return fromBool(expression); }                  \
  };
#define NIBBLE_FUNCTION(op, function, expression)                                                                      \
  struct math##op {                                                                                                    \
    static float compute(float a, unsigned) { return nibble::numerics::function(a); }                                  \
    static double compute(double a, unsigned) { return expression; }                                                   \
  };
#define NIBBLE_BINARY_FUNCTION(op, function, expression)                                                               \
  struct math##op {                                                                                                    \
    static float compute(float a, float b, unsigned) { return nibble::numerics::function(a, b); }                      \
    static double compute(double a, double b, unsigned) { return expression; }                                         \
  };
#include "ScalarOps.def"
#include "nibble/Numerics/Functions.def"
} // namespace

//===----------------------------------------------------------------------------------------------===//
// Emitters: from an op to a kernel
//===----------------------------------------------------------------------------------------------===//

/// The width of the integers in an element kind.
static unsigned getNumBits(ElementKind kind) { return kind == ElementKind::I1 ? 1 : 8 * getSizeInBytes(kind); }

/// Makes every lane a value of f16 or bf16.
template <uint16_t (*narrow)(float), float (*widen)(uint16_t)>
static void roundLanes(const Instruction &instruction, ScalarMachine &machine, int64_t numLanes) {
  const float *a = machine.lanes<float>(instruction.operands[0]);
  float *to = machine.lanes<float>(instruction.result);
  for (int64_t i = 0; i < numLanes; ++i)
    to[i] = widen(narrow(a[i]));
}

void ScalarAssembler::emitSimple(Instruction::Kernel kernel, Operation *op, unsigned numBits) {
  SmallVector<Register, 3> operands =
      llvm::map_to_vector<3>(op->getOperands(), [&](Value v) { return getRegister(v); });
  Value value = op->getResult(0);
  ElementKind kind = getKind(value);
  if (kind != ElementKind::F16 && kind != ElementKind::BF16) {
    emit(kernel, op, define(value), operands).numBits = numBits;
    return;
  }
  Register unrounded = makeRegister();
  emit(kernel, op, unrounded, operands).numBits = numBits;
  using namespace nibble::numerics;
  emit(kind == ElementKind::F16 ? roundLanes<floatToHalf, halfToFloat> : roundLanes<floatToBfloat, bfloatToFloat>, op,
       define(value), unrounded);
}

/// The instantiation for the float type that lanes of an operand have.
static Instruction::Kernel pickFloat(ElementKind kind, Instruction::Kernel forFloat, Instruction::Kernel forDouble) {
  return kind == ElementKind::F64 ? forDouble : forFloat;
}

template <typename Function> static LogicalResult emitFloatUnary(Operation *op, ScalarAssembler &assembler) {
  assembler.emitSimple(pickFloat(assembler.getKind(op->getOperand(0)), mapUnary<Function, float, float>,
                                 mapUnary<Function, double, double>),
                       op);
  return success();
}
template <typename Function> static LogicalResult emitFloatBinary(Operation *op, ScalarAssembler &assembler) {
  assembler.emitSimple(pickFloat(assembler.getKind(op->getOperand(0)), mapBinary<Function, float, float>,
                                 mapBinary<Function, double, double>),
                       op);
  return success();
}
template <typename Function> static LogicalResult emitFloatTest(Operation *op, ScalarAssembler &assembler) {
  assembler.emitSimple(pickFloat(assembler.getKind(op->getOperand(0)), mapUnary<Function, float, int64_t>,
                                 mapUnary<Function, double, int64_t>),
                       op);
  return success();
}

static LogicalResult emitInt(Instruction::Kernel kernel, Operation *op, ScalarAssembler &assembler) {
  assembler.emitSimple(kernel, op, getNumBits(assembler.getKind(op->getOperand(0))));
  return success();
}
template <typename Function> static LogicalResult emitIntUnary(Operation *op, ScalarAssembler &assembler) {
  return emitInt(mapUnary<Function, int64_t, int64_t>, op, assembler);
}
template <typename Function> static LogicalResult emitIntBinary(Operation *op, ScalarAssembler &assembler) {
  return emitInt(mapBinary<Function, int64_t, int64_t>, op, assembler);
}
template <typename Function> static LogicalResult emitIntDivision(Operation *op, ScalarAssembler &assembler) {
  return emitInt(divide<Function>, op, assembler);
}

static LogicalResult emitCompareInt(Operation *op, ScalarAssembler &assembler) {
  switch (cast<arith::CmpIOp>(op).getPredicate()) {
#define NIBBLE_INT_COMPARE(predicate, expression)                                                                      \
  case arith::CmpIPredicate::predicate:                                                                                \
    return emitIntBinary<compareInt##predicate>(op, assembler);
#include "ScalarOps.def"
  }
  llvm_unreachable("all predicates are listed");
}

template <typename Function> static LogicalResult emitFloatCompare(Operation *op, ScalarAssembler &assembler) {
  assembler.emitSimple(pickFloat(assembler.getKind(op->getOperand(0)), mapBinary<Function, float, int64_t>,
                                 mapBinary<Function, double, int64_t>),
                       op);
  return success();
}

static LogicalResult emitCompareFloat(Operation *op, ScalarAssembler &assembler) {
  switch (cast<arith::CmpFOp>(op).getPredicate()) {
#define NIBBLE_FLOAT_COMPARE(predicate, expression)                                                                    \
  case arith::CmpFPredicate::predicate:                                                                                \
    return emitFloatCompare<compareFloat##predicate>(op, assembler);
#include "ScalarOps.def"
  }
  llvm_unreachable("all predicates are listed");
}

//===----------------------------------------------------------------------------------------------===//
// Constants, indices, selection
//===----------------------------------------------------------------------------------------------===//

static LogicalResult emitConstant(Operation *op, ScalarAssembler &assembler) {
  auto constant = cast<arith::ConstantOp>(op);
  auto typed = dyn_cast<TypedAttr>(constant.getValue());
  if (!typed || isa<ShapedType>(constant.getType()))
    return op->emitOpError("is not supported by the reference interpreter inside a region of scalars");
  auto elements = DenseElementsAttr::get(RankedTensorType::get({}, constant.getType()), Attribute(typed));
  assembler.addConstant(constant, *Tensor::get(elements));
  return success();
}

static LogicalResult emitLoopIndex(Operation *op, ScalarAssembler &assembler) {
  auto index = cast<linalg::IndexOp>(op);
  assembler.addLoopIndex(index, index.getDim());
  return success();
}

template <typename T> static void select(const Instruction &instruction, ScalarMachine &machine, int64_t numLanes) {
  const int64_t *condition = machine.lanes<int64_t>(instruction.operands[0]);
  const T *a = machine.lanes<T>(instruction.operands[1]), *b = machine.lanes<T>(instruction.operands[2]);
  T *to = machine.lanes<T>(instruction.result);
  for (int64_t i = 0; i < numLanes; ++i)
    to[i] = condition[i] ? a[i] : b[i];
}

/// The instantiation for the type that lanes of a kind have.
static Instruction::Kernel pickLane(ElementKind kind, Instruction::Kernel forInt, Instruction::Kernel forFloat,
                                    Instruction::Kernel forDouble) {
  return isFloat(kind) ? pickFloat(kind, forFloat, forDouble) : forInt;
}

static LogicalResult emitSelect(Operation *op, ScalarAssembler &assembler) {
  assembler.emitSimple(pickLane(assembler.getKind(op->getResult(0)), select<int64_t>, select<float>, select<double>),
                       op);
  return success();
}

template <typename T>
static void fuseMultiplyAdd(const Instruction &instruction, ScalarMachine &machine, int64_t numLanes) {
  const T *a = machine.lanes<T>(instruction.operands[0]), *b = machine.lanes<T>(instruction.operands[1]),
          *c = machine.lanes<T>(instruction.operands[2]);
  T *to = machine.lanes<T>(instruction.result);
  for (int64_t i = 0; i < numLanes; ++i)
    to[i] = std::fma(a[i], b[i], c[i]);
}

static LogicalResult emitFma(Operation *op, ScalarAssembler &assembler) {
  assembler.emitSimple(pickFloat(assembler.getKind(op->getResult(0)), fuseMultiplyAdd<float>, fuseMultiplyAdd<double>),
                       op);
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------------------------------===//

namespace {
struct Convert {
  template <typename To> struct As {
    template <typename From> static To compute(From a, unsigned) { return static_cast<To>(a); }
  };
  struct RoundToOdd {
    static float compute(double a, unsigned) { return nibble::numerics::doubleToFloatRoundToOdd(a); }
  };
  struct SignExtend {
    static int64_t compute(int64_t a, unsigned numBits) { return signExtend(a, numBits); }
  };
  struct ZeroExtend {
    static int64_t compute(int64_t a, unsigned numBits) { return zeroExtend(a, numBits); }
  };
  template <typename To> struct FromSigned {
    static To compute(int64_t a, unsigned) { return static_cast<To>(a); }
  };
  template <typename To> struct FromUnsigned {
    static To compute(int64_t a, unsigned numBits) { return static_cast<To>(zeroExtend(a, numBits)); }
  };
  /// Towards zero. What does not fit is poison upstream; here it saturates, and NaN gives 0.
  struct ToSigned {
    template <typename From> static int64_t compute(From a, unsigned numBits) {
      uint64_t limit = uint64_t(1) << (numBits - 1);
      if (isNaN(a))
        return 0;
      if (a >= static_cast<double>(limit))
        return static_cast<int64_t>(limit - 1);
      return a <= -static_cast<double>(limit) ? signExtend(limit, numBits) : static_cast<int64_t>(a);
    }
  };
  struct ToUnsigned {
    template <typename From> static int64_t compute(From a, unsigned numBits) {
      if (!(a > 0))
        return 0;
      return a >= std::ldexp(1.0, numBits) ? -1 : signExtend(static_cast<uint64_t>(a), numBits);
    }
  };
};
} // namespace

static LogicalResult emitFloatCast(Operation *op, ScalarAssembler &assembler) {
  bool fromDouble = assembler.getKind(op->getOperand(0)) == ElementKind::F64;
  ElementKind to = assembler.getKind(op->getResult(0));
  Instruction::Kernel kernel = mapUnary<Convert::As<float>, float, float>;
  if (fromDouble)
    kernel = to == ElementKind::F64   ? mapUnary<Convert::As<double>, double, double>
             : to == ElementKind::F32 ? mapUnary<Convert::As<float>, double, float>
                                      : mapUnary<Convert::RoundToOdd, double, float>;
  else if (to == ElementKind::F64)
    kernel = mapUnary<Convert::As<double>, float, double>;
  assembler.emitSimple(kernel, op);
  return success();
}

/// A 16-bit float is reached over f32 rounded to odd, so that it is rounded once.
template <template <typename> typename Function>
static LogicalResult emitIntToFloat(Operation *op, ScalarAssembler &assembler) {
  struct ToOdd {
    static float compute(int64_t a, unsigned numBits) {
      return nibble::numerics::doubleToFloatRoundToOdd(Function<double>::compute(a, numBits));
    }
  };
  ElementKind to = assembler.getKind(op->getResult(0));
  Instruction::Kernel kernel = to == ElementKind::F64   ? mapUnary<Function<double>, int64_t, double>
                               : to == ElementKind::F32 ? mapUnary<Function<float>, int64_t, float>
                                                        : mapUnary<ToOdd, int64_t, float>;
  assembler.emitSimple(kernel, op, getNumBits(assembler.getKind(op->getOperand(0))));
  return success();
}

template <typename Function> static LogicalResult emitFloatToInt(Operation *op, ScalarAssembler &assembler) {
  assembler.emitSimple(pickFloat(assembler.getKind(op->getOperand(0)), mapUnary<Function, float, int64_t>,
                                 mapUnary<Function, double, int64_t>),
                       op, getNumBits(assembler.getKind(op->getResult(0))));
  return success();
}

/// Casts between integers. `Extend` says how a value of the narrower type becomes one of the wider.
template <typename Extend> static LogicalResult emitIntCast(Operation *op, ScalarAssembler &assembler) {
  unsigned from = getNumBits(assembler.getKind(op->getOperand(0))),
           to = getNumBits(assembler.getKind(op->getResult(0)));
  if (to > from)
    assembler.emitSimple(mapUnary<Extend, int64_t, int64_t>, op, from);
  else
    assembler.emitSimple(mapUnary<Convert::SignExtend, int64_t, int64_t>, op, to);
  return success();
}

static void reinterpretBits(const Instruction &instruction, ScalarMachine &machine, int64_t numLanes) {
  alignas(8) char stored[maxLanes * sizeof(uint64_t)];
  machine.store({instruction.operands[0], instruction.from}, stored, 1, numLanes);
  machine.load({instruction.result, instruction.to}, stored, 1, numLanes);
}

static LogicalResult emitBitcast(Operation *op, ScalarAssembler &assembler) {
  Value from = op->getOperand(0), to = op->getResult(0);
  Register operand = assembler.getRegister(from);
  Instruction &instruction = assembler.emit(reinterpretBits, op, assembler.define(to), operand);
  instruction.from = assembler.getKind(from);
  instruction.to = assembler.getKind(to);
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// Elements at computed places
//===----------------------------------------------------------------------------------------------===//

/// The offset of the element that a lane reads, or nothing when it lies outside.
static std::optional<int64_t> getOffset(const Instruction &instruction, const ScalarMachine &machine, const View &view,
                                        int64_t lane) {
  int64_t offset = 0;
  for (auto [index, extent, stride] : llvm::zip_equal(instruction.indices, view.shape, view.strides)) {
    int64_t position = machine.lanes<int64_t>(index)[lane];
    if (position < 0 || position >= extent)
      return std::nullopt;
    offset += position * stride;
  }
  return offset;
}

static void readElements(const Instruction &instruction, ScalarMachine &machine, int64_t numLanes) {
  const View &view = machine.getAccessed(instruction.access);
  int64_t offsets[maxLanes];
  for (int64_t lane = 0; lane < numLanes; ++lane) {
    std::optional<int64_t> offset = getOffset(instruction, machine, view, lane);
    if (!offset)
      return machine.fail(instruction, "reads an element out of bounds");
    offsets[lane] = *offset;
  }
  machine.gather({instruction.result, view.kind}, view.data, ArrayRef(offsets, numLanes));
}

/// tensor.extract and memref.load: the first operand is what is read, the others are where.
static LogicalResult emitElementAccess(Operation *op, ScalarAssembler &assembler) {
  SmallVector<Register, 4> indices =
      llvm::map_to_vector<4>(op->getOperands().drop_front(), [&](Value v) { return assembler.getRegister(v); });
  Instruction &instruction = assembler.emit(readElements, op, assembler.define(op->getResult(0)), {});
  instruction.access = assembler.getAccess(op->getOperand(0));
  instruction.indices = std::move(indices);
  return success();
}

//===----------------------------------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------------------------------===//

static llvm::DenseMap<TypeID, ScalarEmitter> makeEmitters() {
  llvm::DenseMap<TypeID, ScalarEmitter> emitters;
#define NIBBLE_FLOAT_UNARY(dialect, op, expression) emitters[TypeID::get<dialect::op>()] = emitFloatUnary<dialect##op>;
#define NIBBLE_FLOAT_BINARY(dialect, op, expression)                                                                   \
  emitters[TypeID::get<dialect::op>()] = emitFloatBinary<dialect##op>;
#define NIBBLE_FLOAT_TEST(dialect, op, expression) emitters[TypeID::get<dialect::op>()] = emitFloatTest<dialect##op>;
#define NIBBLE_INT_UNARY(dialect, op, expression) emitters[TypeID::get<dialect::op>()] = emitIntUnary<dialect##op>;
#define NIBBLE_INT_BINARY(dialect, op, expression) emitters[TypeID::get<dialect::op>()] = emitIntBinary<dialect##op>;
#define NIBBLE_INT_DIVISION(dialect, op, expression)                                                                   \
  emitters[TypeID::get<dialect::op>()] = emitIntDivision<dialect##op>;
#include "ScalarOps.def"
#define NIBBLE_FUNCTION(op, function, expression) emitters[TypeID::get<math::op>()] = emitFloatUnary<math##op>;
#define NIBBLE_BINARY_FUNCTION(op, function, expression)                                                               \
  emitters[TypeID::get<math::op>()] = emitFloatBinary<math##op>;
#include "nibble/Numerics/Functions.def"
  emitters[TypeID::get<arith::CmpIOp>()] = emitCompareInt;
  emitters[TypeID::get<arith::CmpFOp>()] = emitCompareFloat;
  emitters[TypeID::get<arith::ConstantOp>()] = emitConstant;
  emitters[TypeID::get<arith::SelectOp>()] = emitSelect;
  emitters[TypeID::get<math::FmaOp>()] = emitFma;
  emitters[TypeID::get<arith::ExtFOp>()] = emitFloatCast;
  emitters[TypeID::get<arith::TruncFOp>()] = emitFloatCast;
  emitters[TypeID::get<arith::SIToFPOp>()] = emitIntToFloat<Convert::FromSigned>;
  emitters[TypeID::get<arith::UIToFPOp>()] = emitIntToFloat<Convert::FromUnsigned>;
  emitters[TypeID::get<arith::FPToSIOp>()] = emitFloatToInt<Convert::ToSigned>;
  emitters[TypeID::get<arith::FPToUIOp>()] = emitFloatToInt<Convert::ToUnsigned>;
  emitters[TypeID::get<arith::ExtSIOp>()] = emitIntCast<Convert::SignExtend>;
  emitters[TypeID::get<arith::ExtUIOp>()] = emitIntCast<Convert::ZeroExtend>;
  emitters[TypeID::get<arith::TruncIOp>()] = emitIntCast<Convert::SignExtend>;
  emitters[TypeID::get<arith::IndexCastOp>()] = emitIntCast<Convert::SignExtend>;
  emitters[TypeID::get<arith::IndexCastUIOp>()] = emitIntCast<Convert::ZeroExtend>;
  emitters[TypeID::get<arith::BitcastOp>()] = emitBitcast;
  emitters[TypeID::get<linalg::IndexOp>()] = emitLoopIndex;
  emitters[TypeID::get<tensor::ExtractOp>()] = emitElementAccess;
  emitters[TypeID::get<memref::LoadOp>()] = emitElementAccess;
  return emitters;
}

ScalarEmitter nibble::reference::lookUpScalarEmitter(Operation *op) {
  static const llvm::DenseMap<TypeID, ScalarEmitter> emitters = makeEmitters();
  return emitters.lookup(op->getName().getTypeID());
}
