//===- NibbleToQuant.cpp - quantize and dequantize to the casts of upstream's quant dialect ------------===//

#include "nibble/Conversion/Passes.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"

namespace nibble {
#define GEN_PASS_DEF_CONVERTNIBBLETOQUANTPASS
#include "nibble/Conversion/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// The quantized type of an op, or the reason why there is none.
struct TypeOrReason {
  RankedTensorType type;
  StringRef reason;
};

/// What all kinds of quantized types have.
struct StoragePart {
  unsigned flags;
  IntegerType type;
  int64_t minCode, maxCode;

  explicit StoragePart(SchemeAttr scheme)
      : flags(scheme.isSigned() ? quant::QuantizationFlags::Signed : 0),
        type(cast<IntegerType>(scheme.getStorageElementType())), minCode(scheme.getMinCode()), maxCode(scheme.getMaxCode()) {
  }
};

SmallVector<double> toDoubles(DenseElementsAttr elements) {
  return llvm::map_to_vector(elements.getValues<float>(), [](float value) { return static_cast<double>(value); });
}

/// Zero points by block; zeros where the scheme has none.
SmallVector<int64_t> toIntegers(DenseElementsAttr elements, int64_t count) {
  if (!elements)
    return SmallVector<int64_t>(count, 0);
  return llvm::map_to_vector(elements.getValues<APInt>(), [](const APInt &value) { return value.getSExtValue(); });
}

/// Builds the element type; null when upstream does not take the numbers.
Type buildElementType(SchemeAttr scheme, RankedTensorType real, DenseElementsAttr scale, DenseElementsAttr zeroPoint) {
  MLIRContext *context = scheme.getContext();
  Location loc = UnknownLoc::get(context);
  // What upstream would say of such numbers is said in a remark.
  ScopedDiagnosticHandler silence(context, [](Diagnostic &) { return success(); });
  auto error = [&] { return emitError(loc); };
  StoragePart storage(scheme);
  Type expressed = real.getElementType();
  SmallVector<double> scales = toDoubles(scale);
  SmallVector<int64_t> zeroPoints = toIntegers(zeroPoint, scales.size());
  if (scheme.isPerTensor())
    return quant::UniformQuantizedType::getChecked(error, storage.flags, storage.type, expressed, scales.front(),
                                                   zeroPoints.front(), storage.minCode, storage.maxCode);
  if (std::optional<int64_t> axis = scheme.getChannelAxis())
    return quant::UniformQuantizedPerAxisType::getChecked(error, storage.flags, storage.type, expressed, scales, zeroPoints,
                                                          *axis, storage.minCode, storage.maxCode);
  SmallVector<int32_t> dims;
  SmallVector<int64_t> sizes;
  for (auto [dim, size] : llvm::enumerate(scheme.getBlock()))
    if (size != 0) {
      dims.push_back(dim);
      sizes.push_back(size);
    }
  SmallVector<APInt> stored = llvm::map_to_vector(
      zeroPoints, [&](int64_t value) { return APInt(storage.type.getWidth(), value, /*isSigned=*/true, /*implicitTrunc=*/true); });
  auto storedZeroPoints = DenseElementsAttr::get(scale.getType().clone(storage.type), stored);
  return quant::UniformQuantizedSubChannelType::getChecked(error, storage.flags, storage.type, expressed, scale,
                                                           storedZeroPoints, dims, sizes, storage.minCode, storage.maxCode);
}

/// The type of `real`'s shape whose elements are codes of a scheme with these parameters.
TypeOrReason getQuantizedType(RankedTensorType real, SchemeAttr scheme, Value scale, Value zeroPoint) {
  DenseElementsAttr scales, zeroPoints;
  if (!matchPattern(scale, m_Constant(&scales)) || (zeroPoint && !matchPattern(zeroPoint, m_Constant(&zeroPoints))))
    return {{}, "its parameters are computed at run time"};
  if (!scheme.isInteger() || scheme.getNumBits() < 8 || scheme.getZeroPoint() == ZeroPointKind::Minimum ||
      scheme.getScale().size() != 1 || !scales.getElementType().isF32())
    return {{}, "a type holds integer codes and one level of scales"};
  if (scheme.getRounding() != RoundingMode::HalfToEven)
    return {{}, "a type holds no rounding"};
  bool hasGroups = !scheme.isPerTensor() && !scheme.getChannelAxis();
  for (auto [extent, size] : llvm::zip(real.getShape(), scheme.getBlock()))
    if (hasGroups && size != 0 && extent % size != 0)
      return {{}, "its last block is cut off"};
  if (hasGroups && !real.getElementType().isF32())
    return {{}, "scales of blocks have the type of the real numbers"};
  Type element = buildElementType(scheme, real, scales, zeroPoints);
  if (!element)
    return {{}, "its scale or zero point is outside of what a type holds"};
  return {real.clone(element), {}};
}

struct ConvertNibbleToQuantPass : public WithModels<nibble::impl::ConvertNibbleToQuantPassBase<ConvertNibbleToQuantPass>> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](Operation *op) {
      rewriter.setInsertionPoint(op);
      if (auto quantize = dyn_cast<QuantizeOp>(op))
        convert(rewriter, quantize, quantize.getInput().getType(), [&](Type type) {
          Value quantized = quant::QuantizeCastOp::create(rewriter, op->getLoc(), type, quantize.getInput());
          rewriter.replaceOpWithNewOp<quant::StorageCastOp>(op, quantize.getType(), quantized);
        });
      else if (auto dequantize = dyn_cast<DequantizeOp>(op))
        convert(rewriter, dequantize, dequantize.getType(), [&](Type type) {
          Value quantized = quant::StorageCastOp::create(rewriter, op->getLoc(), type, dequantize.getInput());
          rewriter.replaceOpWithNewOp<quant::DequantizeCastOp>(op, dequantize.getType(), quantized);
        });
    });
  }

private:
  /// Calls `replace` with the quantized type, or says why there is none.
  template <typename QuantizeLikeOp>
  void convert(RewriterBase &rewriter, QuantizeLikeOp op, Type real, function_ref<void(Type)> replace) {
    auto [type, reason] =
        getQuantizedType(cast<RankedTensorType>(real), op.getScheme(), op.getScale(), op.getZeroPoint());
    if (type) {
      replace(type);
      ++numConverted;
      return;
    }
    remark::missed(op.getLoc(), remark::RemarkOpts::name("quant-type").category("nibble-convert"))
        << "'" + op->getName().getStringRef().str() + "' has no quantized type" << remark::reason("{0}", reason);
  }
};

} // namespace
