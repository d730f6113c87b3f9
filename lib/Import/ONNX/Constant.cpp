//===- Constant.cpp - tensors known while importing --------------------------------------------------===//

#include "Constant.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>

using namespace mlir;
using namespace nibble::onnx_import;

/// Constants up to this size are printed where they are used.
static constexpr int64_t maxInlineBytes = 64;

int64_t nibble::onnx_import::getElementSizeInBytes(Type elementType) {
  return llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8);
}

static void appendBits(const llvm::APInt &bits, std::vector<char> &bytes) {
  uint64_t word = bits.getZExtValue();
  for (unsigned byte = 0; byte < llvm::divideCeil(bits.getBitWidth(), 8); ++byte)
    bytes.push_back(static_cast<char>(word >> (8 * byte)));
}

void nibble::onnx_import::appendElement(Attribute element, std::vector<char> &bytes) {
  if (auto number = dyn_cast<FloatAttr>(element))
    return appendBits(number.getValue().bitcastToAPInt(), bytes);
  appendBits(cast<IntegerAttr>(element).getValue(), bytes);
}

static llvm::APInt readBits(ArrayRef<char> element, unsigned numBits) {
  uint64_t word = 0;
  for (auto [index, byte] : llvm::enumerate(element))
    word |= static_cast<uint64_t>(static_cast<uint8_t>(byte)) << (8 * index);
  return llvm::APInt(numBits, word, /*isSigned=*/false, /*implicitTrunc=*/true);
}

Constant::Constant(RankedTensorType type, ArrayRef<char> bytes, std::shared_ptr<const void> owner, StringRef name)
    : type(type), bytes(bytes), owner(std::move(owner)), name(name.str()) {
  int64_t size = getElementSizeInBytes(type.getElementType());
  splat = static_cast<int64_t>(bytes.size()) == size && type.getNumElements() != 0;
}

Constant Constant::get(RankedTensorType type, std::vector<char> bytes, StringRef name) {
  auto owner = std::make_shared<const std::vector<char>>(std::move(bytes));
  return Constant(type, *owner, owner, name);
}

Constant Constant::getIntegers(RankedTensorType type, ArrayRef<int64_t> values, StringRef name) {
  std::vector<char> bytes;
  unsigned numBits = type.getElementTypeBitWidth();
  for (int64_t value : values)
    appendBits(llvm::APInt(numBits, value, /*isSigned=*/true, /*implicitTrunc=*/true), bytes);
  return get(type, std::move(bytes), name);
}

Constant Constant::getFloats(RankedTensorType type, ArrayRef<double> values, StringRef name) {
  std::vector<char> bytes;
  for (double value : values)
    appendElement(FloatAttr::get(type.getElementType(), value), bytes);
  return get(type, std::move(bytes), name);
}

ArrayRef<char> Constant::getElement(int64_t index) const {
  int64_t size = getElementSizeInBytes(type.getElementType());
  return bytes.slice(splat ? 0 : index * size, size);
}

TypedAttr Constant::getElementAttr(int64_t index) const {
  Type elementType = type.getElementType();
  llvm::APInt bits = readBits(getElement(index), elementType.getIntOrFloatBitWidth());
  if (auto floatType = dyn_cast<FloatType>(elementType))
    return FloatAttr::get(elementType, llvm::APFloat(floatType.getFloatSemantics(), bits));
  return IntegerAttr::get(elementType, bits);
}

SmallVector<int64_t> Constant::getIntegers(bool isUnsigned) const {
  SmallVector<int64_t> values;
  unsigned numBits = type.getElementTypeBitWidth();
  for (int64_t index : llvm::seq(type.getNumElements())) {
    llvm::APInt bits = readBits(getElement(index), numBits);
    values.push_back(isUnsigned || numBits == 1 ? static_cast<int64_t>(bits.getZExtValue()) : bits.getSExtValue());
  }
  return values;
}

SmallVector<double> Constant::getFloats() const {
  SmallVector<double> values;
  for (int64_t index : llvm::seq(type.getNumElements()))
    values.push_back(cast<FloatAttr>(getElementAttr(index)).getValueAsDouble());
  return values;
}

Constant Constant::reshape(ArrayRef<int64_t> shape) const {
  return Constant(type.clone(shape), bytes, owner, name);
}

/// `dense<…>`: MLIR packs the bits of an i1, so elements are handed over one by one.
static DenseElementsAttr toDense(const Constant &constant) {
  int64_t count = constant.isSplat() ? 1 : constant.getType().getNumElements();
  auto elements = llvm::map_to_vector(llvm::seq(count), [&](int64_t index) -> Attribute {
    return constant.getElementAttr(index);
  });
  return DenseElementsAttr::get(constant.getType(), elements);
}

ElementsAttr Constant::toAttribute() const {
  bool isBool = type.getElementType().isInteger(1);
  if (splat || isBool || static_cast<int64_t>(bytes.size()) <= maxInlineBytes)
    return toDense(*this);
  AsmResourceBlob blob(
      bytes, getElementSizeInBytes(type.getElementType()), [owner = owner](void *, size_t, size_t) mutable {
        owner.reset();
      },
      /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, name.empty() ? "constant" : name, std::move(blob));
}
