//===- ConstantElements.cpp - the numbers in constants ----------------------------------------------===//

#include "nibble/Support/ConstantElements.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

/// Larger constants are kept out of the text.
static constexpr size_t maxDenseBytes = 256;

DenseElementsAttr nibble::getDenseElements(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return {};
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  if (!resource)
    return dyn_cast<DenseElementsAttr>(attribute);
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  bool isSplat;
  if (!blob || !DenseElementsAttr::isValidRawBuffer(resource.getType(), blob->getData(), isSplat))
    return {};
  return DenseElementsAttr::getFromRawBuffer(resource.getType(), blob->getData());
}

template <typename T, typename ResourceAttr>
static std::optional<SmallVector<T>> getConstantElements(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return std::nullopt;
  if (auto resource = dyn_cast<ResourceAttr>(attribute)) {
    std::optional<ArrayRef<T>> elements = resource.tryGetAsArrayRef();
    if (!elements)
      return std::nullopt;
    return llvm::to_vector(*elements);
  }
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense)
    return std::nullopt;
  auto elements = dense.tryGetValues<T>();
  if (failed(elements))
    return std::nullopt;
  return llvm::to_vector(*elements);
}

std::optional<SmallVector<float>> nibble::getConstantFloats(Value value) {
  return getConstantElements<float, DenseF32ResourceElementsAttr>(value);
}

std::optional<SmallVector<int8_t>> nibble::getConstantBytes(Value value) {
  return getConstantElements<int8_t, DenseI8ResourceElementsAttr>(value);
}

TypedAttr nibble::createByteElements(RankedTensorType type, ArrayRef<int8_t> bytes, StringRef name) {
  if (bytes.size() <= maxDenseBytes)
    return DenseElementsAttr::get(type, bytes);
  AsmResourceBlob blob = HeapAsmResourceBlob::allocateAndCopyInferAlign(bytes, /*dataIsMutable=*/false);
  return cast<TypedAttr>(Attribute(DenseI8ResourceElementsAttr::get(type, name, std::move(blob))));
}
