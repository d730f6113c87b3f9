//===- NibbleToQuant.cpp - quantize and dequantize to the casts of upstream's quant dialect ------------===//

#include "nibble/Conversion/Passes.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Diagnostics.h"
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
        type(getType(scheme)), minCode(scheme.getMinCode()), maxCode(scheme.getMaxCode()) {}

  /// Packed codes have integers of their own width.
  static IntegerType getType(SchemeAttr scheme) {
    return scheme.isPacked() ? IntegerType::get(scheme.getContext(), scheme.getNumBits())
                             : cast<IntegerType>(scheme.getStorageElementType());
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
  DenseElementsAttr scales = getDenseElements(scale), zeroPoints = zeroPoint ? getDenseElements(zeroPoint) : DenseElementsAttr();
  if (!scales || (zeroPoint && !zeroPoints))
    return {{}, "its parameters are computed at run time"};
  if (!scheme.isInteger() || scheme.getRadix() || scheme.getZeroPoint() == ZeroPointKind::Minimum ||
      scheme.getScale().size() != 1 || !scales.getElementType().isF32())
    return {{}, "a type holds integer codes that are no digits and one level of scales"};
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

/// Packed codes as integers of their own width; null when they are computed at run time.
DenseElementsAttr unpackCodes(DequantizeOp op) {
  SchemeAttr scheme = op.getScheme();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getType()).getShape();
  std::optional<SmallVector<int8_t>> bytes = getConstantBytes(op.getInput());
  if (!bytes || ShapedType::isDynamicShape(shape))
    return {};
  SchemeStorage storage(scheme, shape);
  const char *data = reinterpret_cast<const char *>(bytes->data());
  SmallVector<APInt> codes;
  for (int64_t element = 0, end = ShapedType::getNumElements(shape); element < end; ++element)
    codes.emplace_back(scheme.getNumBits(), storage.read(data, element), /*isSigned=*/true, /*implicitTrunc=*/true);
  return DenseElementsAttr::get(RankedTensorType::get(shape, StoragePart::getType(scheme)), codes);
}

/// Whether an op makes of the codes of `quantize` the numbers that they stand for.
bool isRead(QuantizeOp quantize, Operation *user) {
  auto op = dyn_cast<DequantizeOp>(user);
  return op && op.getScheme() == quantize.getScheme() && op.getScale() == quantize.getScale() &&
         op.getZeroPoint() == quantize.getZeroPoint() && op.getType() == quantize.getInput().getType();
}

struct ConvertNibbleToQuantPass : public WithModels<nibble::impl::ConvertNibbleToQuantPassBase<ConvertNibbleToQuantPass>> {
  void runOnOperation() override {
    // Dequantizations first: those of packed codes are taken together with what quantizes them.
    SmallVector<DequantizeOp> dequantizations;
    SmallVector<QuantizeOp> quantizations;
    getOperation().walk([&](DequantizeOp op) { dequantizations.push_back(op); });
    getOperation().walk([&](QuantizeOp op) { quantizations.push_back(op); });
    for (DequantizeOp op : dequantizations)
      if (!isTakenWithQuantize(op))
        convert(op);
    for (QuantizeOp op : quantizations)
      convert(op);
  }

private:
  static bool isPackedPair(QuantizeOp op) {
    return op.getScheme().isPacked() && llvm::all_of(op->getUsers(), [&](Operation *user) { return isRead(op, user); });
  }
  static bool isTakenWithQuantize(DequantizeOp op) {
    auto quantize = op.getInput().getDefiningOp<QuantizeOp>();
    return quantize && isPackedPair(quantize);
  }

  void convert(DequantizeOp op) {
    RankedTensorType type = getType(op, op.getType());
    if (!type)
      return;
    IRRewriter rewriter(op);
    Value codes = op.getInput();
    if (op.getScheme().isPacked()) {
      DenseElementsAttr unpacked = unpackCodes(op);
      if (!unpacked)
        return remarkLeft(op, "its packed codes are computed at run time");
      codes = arith::ConstantOp::create(rewriter, codes.getLoc(), unpacked);
    }
    Value quantized = quant::StorageCastOp::create(rewriter, op.getLoc(), type, codes);
    rewriter.replaceOpWithNewOp<quant::DequantizeCastOp>(op, op.getType(), quantized);
    ++numConverted;
  }

  void convert(QuantizeOp op) {
    RankedTensorType type = getType(op, op.getInput().getType());
    if (!type)
      return;
    if (op.getScheme().isPacked() && !isPackedPair(op))
      return remarkLeft(op, "its packed codes are not only dequantized");
    IRRewriter rewriter(op);
    Value quantized = quant::QuantizeCastOp::create(rewriter, op.getLoc(), type, op.getInput());
    ++numConverted;
    if (!op.getScheme().isPacked()) {
      rewriter.replaceOpWithNewOp<quant::StorageCastOp>(op, op.getType(), quantized);
      return;
    }
    for (Operation *user : llvm::make_early_inc_range(op->getUsers())) {
      rewriter.setInsertionPoint(user);
      rewriter.replaceOpWithNewOp<quant::DequantizeCastOp>(user, user->getResult(0).getType(), quantized);
      ++numConverted;
    }
    rewriter.eraseOp(op);
  }

  /// The quantized type of an op on numbers of type `real`; null, and a remark, when there is none.
  template <typename QuantizeLikeOp>
  static RankedTensorType getType(QuantizeLikeOp op, Type real) {
    auto [type, reason] =
        getQuantizedType(cast<RankedTensorType>(real), op.getScheme(), op.getScale(), op.getZeroPoint());
    if (!type)
      remarkLeft(op, reason);
    return type;
  }

  static void remarkLeft(Operation *op, StringRef reason) {
    remark::missed(op->getLoc(), remark::RemarkOpts::name("quant-type").category("nibble-convert"))
        << "'" + op->getName().getStringRef().str() + "' has no quantized type" << remark::reason("{0}", reason);
  }
};

} // namespace
