//===- LowerCodes.cpp - nibble.dequantize of any scheme as an elementwise op -------------------------===//
//
// The way of codes that no kernel decodes in registers: exact, and slow, since the numbers go through memory. Filters are decoded
// once, when compiling.
//
//===------------------------------------------------------------------------------------------------===//

#include "LowerCodes.h"
#include "AssignedSchemes.h"
#include "ElementwiseBuilder.h"
#include "ScalarCodes.h"
#include "ScalarDecoding.h"
#include "nibble/Reference/ConstantEvaluation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace nibble;

namespace {

/// The number of one element from its code and the stored parameters of its block.
Value createValue(OpBuilder &builder, Location loc, SchemeAttr scheme, Value code, ArrayRef<Value> params,
                  SchemeOp declaration, const LookupTables &tables) {
  unsigned numLevels = scheme.getNumScaleLevels();
  SmallVector<Value> numbers;
  for (unsigned level = 0; level < numLevels; ++level)
    numbers.push_back(createScale(builder, loc, scheme, level, params[level], tables));
  Value zeroPoint = params[numLevels];
  if (scheme.getZeroPoint() == ZeroPointKind::Minimum)
    zeroPoint = createScale(builder, loc, scheme, numLevels - 1, zeroPoint, tables);
  if (declaration) {
    SmallVector<Value> arguments = {code};
    llvm::append_range(arguments, numbers);
    if (zeroPoint)
      arguments.push_back(zeroPoint);
    return createDeclared(builder, declaration.getDecode(), arguments);
  }
  bool hasMinimum = scheme.getZeroPoint() == ZeroPointKind::Minimum;
  Value level = createLevel(builder, loc, scheme, code, hasMinimum ? Value() : zeroPoint, tables);
  Value scale = numLevels == 2 ? arith::MulFOp::create(builder, loc, numbers[0], numbers[1]).getResult() : numbers[0];
  Value product = arith::MulFOp::create(builder, loc, level, scale);
  return hasMinimum ? arith::AddFOp::create(builder, loc, product, zeroPoint).getResult() : product;
}

struct LowerCodedDequantize : public OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DequantizeOp op, PatternRewriter &rewriter) const override {
    SchemeAttr scheme = op.getScheme();
    auto type = cast<RankedTensorType>(op.getType());
    if (hasScalarCodes(scheme))
      return rewriter.notifyMatchFailure(op, "codes are integers with one scale, which have a pattern of their own");
    if (scheme.isPacked() && !type.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "packed codes of unknown number");
    SchemeOp declaration;
    if (scheme.isDeclared())
      declaration = SymbolTable::lookupNearestSymbolFrom<SchemeOp>(op, scheme.getDeclaration());
    if (scheme.isDeclared() && !declaration)
      return rewriter.notifyMatchFailure(op, "there is no declaration");

    LookupTables tables(rewriter, op.getLoc(), scheme);
    ElementwiseBuilder builder(rewriter, op);
    if (!scheme.isPacked())
      builder.addElements(op.getInput());
    for (auto [level, scale] : llvm::enumerate(op.getScales()))
      builder.addParam(scale, scheme, level);
    builder.addParam(op.getZeroPoint(), scheme);
    builder.replace([&](OpBuilder &body, Location loc, Value element, ArrayRef<Value> params) {
      SmallVector<Value> indices;
      for (int64_t dim = 0; scheme.isPacked() && dim < type.getRank(); ++dim)
        indices.push_back(linalg::IndexOp::create(body, loc, dim));
      Value code = scheme.isPacked() ? createPackedCode(body, loc, scheme, op.getInput(), indices)
                                     : createWideCode(body, loc, scheme, element);
      Value value = createValue(body, loc, scheme, code, params, declaration, tables);
      return convertScalarToDtype(body, loc, value, type.getElementType(), /*isUnsignedCast=*/false);
    });
    return success();
  }
};

/// What users ask about: weights that take the memory of floats.
void remarkDecoded(DequantizeOp op, Operation *user) {
  std::string scheme;
  llvm::raw_string_ostream(scheme) << op.getScheme();
  remark::missed(user->getLoc(), remark::RemarkOpts::name("decoded").category("nibble-lower-quantize-ops"))
      << "'" + getUserName(user) + "' has its weights stored as floats"
      << remark::reason("no kernel reads them as {0}", scheme)
      << remark::metric("Elements", cast<ShapedType>(op.getType()).getNumElements());
}

struct DecodeFilter : public OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DequantizeOp op, PatternRewriter &rewriter) const override {
    auto isFilter = [&](OpOperand &use) {
      auto contraction = dyn_cast<ContractionOpInterface>(use.getOwner());
      return contraction && contraction.getFilter() == use.get();
    };
    if (op->use_empty() || !llvm::all_of(op->getUses(), isFilter))
      return rewriter.notifyMatchFailure(op, "it is no filter");
    FailureOr<SmallVector<TypedAttr>> value = reference::evaluateConstant(op);
    if (failed(value))
      return rewriter.notifyMatchFailure(op, "its codes or scales are computed at run time");
    for (Operation *user : op->getUsers())
      remarkDecoded(op, user);
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, value->front());
    return success();
  }
};

} // namespace

void nibble::populateDecodeFiltersPatterns(RewritePatternSet &patterns) {
  patterns.add<DecodeFilter>(patterns.getContext(), /*benefit=*/2);
}

void nibble::populateLowerCodesPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerCodedDequantize>(patterns.getContext());
}
