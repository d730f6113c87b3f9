//===- QuantToNibble.cpp - quantized types to storage, their casts to nibble ops -----------------------===//

#include "nibble/Conversion/Passes.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Numerics/Integer.h"
#include "nibble/Numerics/Packing.h"
#include "nibble/Support/ConstantElements.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

namespace nibble {
#define GEN_PASS_DEF_CONVERTQUANTTONIBBLEPASS
#include "nibble/Conversion/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

using EmitError = function_ref<InFlightDiagnostic()>;

//===----------------------------------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------------------------------===//

/// What a tensor of a quantized type says besides its codes.
struct Quantization {
  SchemeAttr scheme;
  DenseElementsAttr scale, zeroPoint; // null: no zero point
};

/// Scales and zero points of a type, and the sizes of the blocks that share them.
struct Blocks {
  SmallVector<int64_t> sizes;
  SmallVector<float> scales;
  SmallVector<int32_t> zeroPoints;
};

Blocks readBlocks(quant::UniformQuantizedType type, int64_t) {
  return {{}, {static_cast<float>(type.getScale())}, {static_cast<int32_t>(type.getZeroPoint())}};
}

Blocks readBlocks(quant::UniformQuantizedPerAxisType type, int64_t rank) {
  Blocks blocks;
  blocks.sizes.assign(rank, 0);
  blocks.sizes[type.getQuantizedDimension()] = 1;
  blocks.scales.assign(type.getScales().begin(), type.getScales().end());
  blocks.zeroPoints.assign(type.getZeroPoints().begin(), type.getZeroPoints().end());
  return blocks;
}

Blocks readBlocks(quant::UniformQuantizedSubChannelType type, int64_t rank) {
  Blocks blocks;
  blocks.sizes.assign(rank, 0);
  for (auto [dim, size] : type.getBlockSizeInfo())
    blocks.sizes[dim] = size;
  for (APFloat scale : type.getScales().getValues<APFloat>())
    blocks.scales.push_back(static_cast<float>(scale.convertToDouble()));
  for (const APInt &zeroPoint : type.getZeroPoints().getValues<APInt>())
    blocks.zeroPoints.push_back(type.isSigned() ? zeroPoint.getSExtValue() : zeroPoint.getZExtValue());
  return blocks;
}

/// The codec with exactly these codes, "" when there is none; stored in as many bits as the type has.
std::string findCodec(quant::QuantizedType type, bool &isNarrow) {
  unsigned width = type.getStorageTypeIntegralWidth();
  for (unsigned numBits = width == 16 ? 9 : width; numBits <= width; ++numBits) {
    isNarrow = type.isSigned() && type.getStorageTypeMin() == numerics::minCode(true, numBits, true);
    if (type.getStorageTypeMin() == numerics::minCode(type.isSigned(), numBits, isNarrow) &&
        type.getStorageTypeMax() == numerics::maxCode(type.isSigned(), numBits))
      return (type.isSigned() ? "s" : "u") + std::to_string(numBits);
  }
  return "";
}

/// The blocks of a uniform type; nothing for other types, and for dimensions that a tensor of this rank lacks.
std::optional<Blocks> readBlocks(quant::QuantizedType type, int64_t rank) {
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type))
    return readBlocks(uniform, rank);
  auto hasDim = [&](int64_t dim) { return dim >= 0 && dim < rank; };
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  if (perAxis && hasDim(perAxis.getQuantizedDimension()))
    return readBlocks(perAxis, rank);
  auto subChannel = dyn_cast<quant::UniformQuantizedSubChannelType>(type);
  if (subChannel && llvm::all_of(subChannel.getQuantizedDimensions(), hasDim))
    return readBlocks(subChannel, rank);
  return std::nullopt;
}

/// Reads the type of a tensor of quantized numbers; says what about it has no scheme.
FailureOr<Quantization> readType(Type type, EmitError emitError) {
  auto tensorType = dyn_cast<RankedTensorType>(type);
  auto element = cast<quant::QuantizedType>(getElementTypeOrSelf(type));
  if (!tensorType)
    return emitError() << "expected ranked tensors of quantized numbers, got " << type;
  unsigned width = element.getStorageTypeIntegralWidth();
  if (width > 8 && width != 16)
    return emitError() << "codes of " << width << " bits are not supported; expected up to 8, or 16, got " << element;
  if (width < 8 && (tensorType.getRank() == 0 || tensorType.isDynamicDim(tensorType.getRank() - 1)))
    return emitError() << "expected a known number of packed codes in each row, got " << type;
  Type expressed = element.getExpressedType();
  if (!isa_and_present<Float32Type, Float16Type, BFloat16Type>(expressed))
    return emitError() << "expected a type that expresses f32, f16 or bf16, got " << element;
  std::optional<Blocks> blocks = readBlocks(element, tensorType.getRank());
  if (!blocks)
    return emitError() << "expected a uniform type with dimensions that the tensor has, got " << type;
  bool isNarrow;
  std::string codec = findCodec(element, isNarrow);
  if (codec.empty())
    return emitError() << "no codec has the codes from " << element.getStorageTypeMin() << " to "
                       << element.getStorageTypeMax() << " in " << width << " bits; got " << element;
  for (auto [dim, size] : llvm::enumerate(blocks->sizes))
    if (size != 0 && tensorType.isDynamicDim(dim))
      return emitError() << "expected a known size of dimension " << dim << ", which has several scales, got " << type;

  MLIRContext *context = type.getContext();
  bool hasZeroPoint = llvm::any_of(blocks->zeroPoints, [](int32_t zeroPoint) { return zeroPoint != 0; });
  Quantization result;
  result.scheme = SchemeAttr::get(context, codec, isNarrow, blocks->sizes, {Float32Type::get(context)},
                                  hasZeroPoint ? ZeroPointKind::Integer : ZeroPointKind::None, RoundingMode::HalfToEven);
  SmallVector<int64_t> shape = result.scheme.getScaleShape(tensorType.getShape());
  if (ShapedType::getNumElements(shape) != static_cast<int64_t>(blocks->scales.size()))
    return emitError() << "expected " << ShapedType::getNumElements(shape) << " scales, got " << type;
  result.scale = DenseElementsAttr::get(RankedTensorType::get(shape, Float32Type::get(context)), ArrayRef(blocks->scales));
  if (hasZeroPoint)
    result.zeroPoint = DenseElementsAttr::get(RankedTensorType::get(shape, IntegerType::get(context, 32)),
                                              ArrayRef(blocks->zeroPoints));
  return result;
}

bool isQuantized(Type type) { return isa<quant::QuantizedType>(getElementTypeOrSelf(type)); }

/// Whether several codes share a byte.
bool isPacked(Type type) {
  auto element = dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(type));
  return element && element.getStorageTypeIntegralWidth() < 8;
}

/// The tensor that holds the codes: rows of packed ones begin at a byte.
Type getStorageType(RankedTensorType type, quant::QuantizedType element) {
  unsigned width = element.getStorageTypeIntegralWidth();
  SmallVector<int64_t> shape(type.getShape());
  if (width < 8 && !shape.empty())
    shape.back() = numerics::packedSizeInBytes(shape.back(), width);
  return RankedTensorType::get(shape, IntegerType::get(type.getContext(), width <= 8 ? 8 : 16), type.getEncoding());
}

/// Tensors of codes instead of tensors of quantized numbers.
struct StorageConverter : public TypeConverter {
  StorageConverter() {
    addConversion([](Type type) { return type; });
    addConversion([](RankedTensorType type) -> Type {
      auto element = dyn_cast<quant::QuantizedType>(type.getElementType());
      return element ? getStorageType(type, element) : type;
    });
  }
};

//===----------------------------------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------------------------------===//

/// The types were all read before: that they can be is known.
Quantization getQuantization(Type type) {
  return *readType(type, []() -> InFlightDiagnostic { llvm_unreachable("checked by verifyTypes"); });
}

Value createConstant(OpBuilder &builder, Location loc, DenseElementsAttr elements) {
  return elements ? arith::ConstantOp::create(builder, loc, elements) : Value();
}

template <typename CastOp, typename NibbleOp>
struct ConvertCast : public OpConversionPattern<CastOp> {
  using OpConversionPattern<CastOp>::OpConversionPattern;

  LogicalResult matchAndRewrite(CastOp op, typename CastOp::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Type quantized = isQuantized(op.getType()) ? op.getType() : op.getInput().getType();
    auto [scheme, scale, zeroPoint] = getQuantization(quantized);
    Value scaleValue = createConstant(rewriter, op.getLoc(), scale);
    Value zeroPointValue = createConstant(rewriter, op.getLoc(), zeroPoint);
    rewriter.replaceOpWithNewOp<NibbleOp>(op, this->getTypeConverter()->convertType(op.getType()), adaptor.getInput(),
                                          scaleValue, zeroPointValue, scheme);
    return success();
  }
};

/// A constant of codes of fewer than 8 bits, packed row by row.
DenseElementsAttr packCodes(DenseElementsAttr codes, RankedTensorType type) {
  int64_t rowLength = codes.getType().getShape().back(), bytesOfRow = type.getShape().back();
  unsigned numBits = codes.getElementType().getIntOrFloatBitWidth();
  std::vector<uint8_t> bytes(type.getNumElements(), 0);
  for (auto [index, code] : llvm::enumerate(codes.getValues<APInt>()))
    numerics::writeBits(bytes.data() + index / rowLength * bytesOfRow, index % rowLength, numBits,
                        static_cast<uint32_t>(code.getZExtValue()));
  return DenseElementsAttr::get(type, ArrayRef(bytes));
}

struct ConvertStorageCast : public OpConversionPattern<quant::StorageCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(quant::StorageCastOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    DenseElementsAttr codes = isPacked(op.getType()) ? getDenseElements(op.getInput()) : DenseElementsAttr();
    if (codes) {
      auto type = cast<RankedTensorType>(getTypeConverter()->convertType(op.getType()));
      rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, packCodes(codes, type));
      return success();
    }
    rewriter.replaceOp(op, adaptor.getInput());
    return success();
  }
};

/// Ops that move elements do so with codes.
struct ConvertTensorOp : public ConversionPattern {
  ConvertTensorOp(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                                ConversionPatternRewriter &rewriter) const override {
    if (!isa<tensor::TensorDialect>(op->getDialect()))
      return failure();
    FailureOr<Operation *> converted = convertOpResultTypes(op, operands, *getTypeConverter(), rewriter);
    if (failed(converted))
      return failure();
    rewriter.replaceOp(op, *converted);
    return success();
  }
};

/// Whether the op has a form on codes. Packed ones are not moved, and come as bits of an integer only from constants.
bool isConverted(Operation *op) {
  bool hasPackedResult = llvm::any_of(op->getResultTypes(), isPacked);
  bool isAnyPacked = hasPackedResult || llvm::any_of(op->getOperandTypes(), isPacked);
  if (auto cast = dyn_cast<quant::StorageCastOp>(op))
    return !isAnyPacked || (hasPackedResult && getDenseElements(cast.getInput()));
  if (isa<quant::QuantDialect>(op->getDialect()) || isa<func::FuncDialect>(op->getDialect()))
    return true;
  return isa<tensor::TensorDialect>(op->getDialect()) && op->getNumRegions() == 0 && !isAnyPacked;
}

/// Says what has no form on codes: types, at the values that have them, and ops. Returns whether all do.
bool verifyConvertible(Operation *root) {
  bool isConvertible = true;
  auto check = [&](TypeRange types, Operation *op) {
    for (Type type : llvm::make_filter_range(types, isQuantized))
      isConvertible &= succeeded(readType(type, [&] { return op->emitOpError(); }));
  };
  root->walk([&](Operation *op) {
    check(op->getResultTypes(), op);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        check(block.getArgumentTypes(), op);
    bool isInvolved = llvm::any_of(op->getOperandTypes(), isQuantized) || llvm::any_of(op->getResultTypes(), isQuantized);
    if (isInvolved && !isConverted(op)) {
      op->emitOpError("has no form on stored codes; expected ops of quant, func and tensor on quantized types, and constants for "
                      "storage casts of packed codes");
      isConvertible = false;
    }
  });
  return isConvertible;
}

struct ConvertQuantToNibblePass : public WithModels<nibble::impl::ConvertQuantToNibblePassBase<ConvertQuantToNibblePass>> {
  void runOnOperation() override {
    if (!verifyConvertible(getOperation()))
      return signalPassFailure();
    MLIRContext *context = &getContext();
    StorageConverter converter;
    RewritePatternSet patterns(context);
    patterns.add<ConvertCast<quant::QuantizeCastOp, QuantizeOp>, ConvertCast<quant::DequantizeCastOp, DequantizeOp>,
                 ConvertStorageCast, ConvertTensorOp>(converter, context);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateCallOpTypeConversionPattern(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    ConversionTarget target(*context);
    target.addIllegalDialect<quant::QuantDialect>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType()) && converter.isLegal(&op.getBody());
    });
    target.markUnknownOpDynamicallyLegal([&](Operation *op) { return converter.isLegal(op); });
    // Upstream folds dcast(qcast(x)) to x, which loses the rounding.
    ConversionConfig config;
    config.foldingMode = DialectConversionFoldingMode::Never;
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns), config)))
      signalPassFailure();
  }
};

} // namespace
