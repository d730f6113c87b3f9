//===- FlatBuffer.cpp - buffers as flat arrays ------------------------------------------------------===//

#include "FlatBuffer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nibble;

static constexpr int64_t readableBytesPastEnd = 64;

int64_t x86::getReadableElementsPastEnd(Type elementType) {
  return readableBytesPastEnd * 8 / elementType.getIntOrFloatBitWidth();
}

SmallVector<int64_t> x86::getStrides(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getStridesAndOffset().first;
}

Value x86::flatten(OpBuilder &builder, Value buffer, Operation *user) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  if (!type.hasStaticShape() || failed(type.getStridesAndOffset(strides, offset)) || ShapedType::isDynamic(offset) ||
      llvm::any_of(strides, ShapedType::isDynamic) || (!strides.empty() && strides.back() != 1)) {
    user->emitOpError() << "expected buffers with static shape, strides and offset and a contiguous last dimension, got "
                        << type;
    return nullptr;
  }
  int64_t size = 1 + getReadableElementsPastEnd(type.getElementType());
  for (auto [dim, stride] : llvm::zip_equal(type.getShape(), strides))
    size += (dim - 1) * stride;
  MLIRContext *context = builder.getContext();
  auto layout = offset ? StridedLayoutAttr::get(context, offset, {1}) : StridedLayoutAttr();
  auto flatType = MemRefType::get({size}, type.getElementType(), layout, type.getMemorySpace());
  return memref::ReinterpretCastOp::create(builder, user->getLoc(), flatType, buffer, offset, ArrayRef<int64_t>{size},
                                           ArrayRef<int64_t>{1});
}

Value x86::addConstant(OpBuilder &builder, Location loc, Value base, int64_t delta) {
  if (delta == 0)
    return base;
  return add(builder, loc, base, arith::ConstantIndexOp::create(builder, loc, delta));
}

Value x86::scale(OpBuilder &builder, Location loc, Value value, int64_t factor) {
  if (factor == 1 || matchPattern(value, m_Zero()))
    return value;
  Value constant = arith::ConstantIndexOp::create(builder, loc, factor);
  return factor == 0 ? constant : builder.createOrFold<arith::MulIOp>(loc, value, constant);
}

Value x86::add(OpBuilder &builder, Location loc, Value lhs, Value rhs) {
  return builder.createOrFold<arith::AddIOp>(loc, lhs, rhs);
}

Value x86::subtract(OpBuilder &builder, Location loc, Value lhs, Value rhs) {
  return builder.createOrFold<arith::SubIOp>(loc, lhs, rhs);
}

Value x86::hide(OpBuilder &builder, Location loc, Value index) {
  hide(builder, loc, MutableArrayRef(index));
  return index;
}

void x86::hide(OpBuilder &builder, Location loc, MutableArrayRef<Value> values) {
  SmallVector<Value> operands;
  SmallVector<Type> types;
  std::string outputs, inputs;
  for (auto [number, value] : llvm::enumerate(values)) {
    auto vector = dyn_cast<VectorType>(value.getType());
    operands.push_back(vector ? value : arith::IndexCastOp::create(builder, loc, builder.getI64Type(), value).getResult());
    types.push_back(operands.back().getType());
    // Any register of 512 bits, or one of those that narrower vectors have on all levels.
    outputs += !vector ? "=r," : vector.getNumElements() * vector.getElementTypeBitWidth() == 512 ? "=v," : "=x,";
    inputs += std::to_string(number) + ",";
  }
  inputs.pop_back();
  Type result = types.size() == 1 ? types.front() : LLVM::LLVMStructType::getLiteral(builder.getContext(), types);
  auto hidden = LLVM::InlineAsmOp::create(builder, loc, TypeRange{result}, operands, /*asm_string=*/"", outputs + inputs,
                                          /*has_side_effects=*/true, /*is_align_stack=*/false, LLVM::TailCallKind::None,
                                          /*asm_dialect=*/LLVM::AsmDialectAttr(), /*operand_attrs=*/ArrayAttr());
  for (auto [number, value] : llvm::enumerate(values)) {
    Value element = hidden.getResult(0);
    if (types.size() > 1)
      element = LLVM::ExtractValueOp::create(builder, loc, element, number);
    value = isa<VectorType>(value.getType())
                ? element
                : arith::IndexCastOp::create(builder, loc, builder.getIndexType(), element).getResult();
  }
}

Value x86::loadVector(OpBuilder &builder, Location loc, Value flat, Value index, int64_t numElements) {
  Type element = cast<MemRefType>(flat.getType()).getElementType();
  return vector::LoadOp::create(builder, loc, VectorType::get({numElements}, element), flat, index);
}

Value x86::loadBroadcast(OpBuilder &builder, Location loc, Value flat, Value index, int64_t numLanes) {
  Type element = cast<MemRefType>(flat.getType()).getElementType();
  return vector::BroadcastOp::create(builder, loc, VectorType::get({numLanes}, element),
                                     loadVector(builder, loc, flat, index, 1));
}

void x86::storeVector(OpBuilder &builder, Location loc, Value vector, Value flat, Value index, int64_t numValid) {
  int64_t size = cast<VectorType>(vector.getType()).getNumElements();
  if (numValid == size) {
    vector::StoreOp::create(builder, loc, vector, flat, index);
    return;
  }
  // Parts of a power of two are whole stores on every level; bytes under a mask are not.
  for (int64_t position = 0, part = llvm::bit_floor<uint64_t>(size); position < numValid; part /= 2) {
    if (position + part > numValid)
      continue;
    Value piece = vector::ExtractStridedSliceOp::create(builder, loc, vector, ArrayRef<int64_t>{position},
                                                        ArrayRef<int64_t>{part}, ArrayRef<int64_t>{1});
    vector::StoreOp::create(builder, loc, piece, flat, addConstant(builder, loc, index, position));
    position += part;
  }
}
