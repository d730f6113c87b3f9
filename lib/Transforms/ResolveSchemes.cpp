//===- ResolveSchemes.cpp - declared schemes as plain ones where they are the same -------------------===//

#include "RecognizeScheme.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Reference/Tensor.h"
#include "nibble/Support/ConstantElements.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include <cstring>

namespace nibble {
#define GEN_PASS_DEF_RESOLVESCHEMESPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;
using reference::Tensor;

namespace {

/// A scheme with another codec and everything else as it was.
SchemeAttr withCodec(SchemeAttr scheme, StringRef codec, DenseF32ArrayAttr table, BitOrder order, unsigned radix) {
  return SchemeAttr::get(scheme.getContext(), codec, FlatSymbolRefAttr(), table, /*narrowRange=*/false, scheme.getBlock(),
                         scheme.getScale(), scheme.getOuterBlock(), scheme.getZeroPoint(), scheme.getRounding(), order,
                         radix);
}

SchemeAttr withCodec(SchemeAttr scheme, StringRef codec, DenseF32ArrayAttr table = {}) {
  return withCodec(scheme, codec, table, scheme.getOrder(), scheme.getRadix());
}

/// The least signed codec that holds all levels.
std::string getSignedCodec(ArrayRef<float> levels) {
  float lowest = *llvm::min_element(levels), highest = *llvm::max_element(levels);
  unsigned numBits = 1;
  while (lowest < -std::ldexp(1.0f, static_cast<int>(numBits) - 1) || highest >= std::ldexp(1.0f, static_cast<int>(numBits) - 1))
    ++numBits;
  return "s" + std::to_string(numBits);
}

/// Constant codes, each less `offset`, in the storage of another scheme.
Value recode(OpBuilder &builder, DequantizeOp op, const Tensor &codes, SchemeAttr to, int64_t offset) {
  ArrayRef<int64_t> shape = cast<ShapedType>(op.getType()).getShape();
  SmallVector<char> bytes;
  SchemeStorage from(op.getScheme(), shape), storage(to, shape);
  bytes.resize(storage.getSizeInBytes(), 0);
  for (int64_t element = 0, size = ShapedType::getNumElements(shape); element < size; ++element)
    storage.write(bytes.data(), element, from.read(codes.getData(), element) - static_cast<int32_t>(offset));
  Tensor recoded = Tensor::borrow(to.getStorageElementType(), to.getStorageShape(shape), bytes.data());
  TypedAttr elements = cast<TypedAttr>(recoded.toAttribute());
  if (recoded.getElementType().isInteger(8))
    elements = createByteElements(recoded.getType(), recoded.getElements<int8_t>(), "codes");
  return arith::ConstantOp::create(builder, op.getInput().getLoc(), elements);
}

/// Rewrites the uses of one declaration.
class SchemeResolver {
public:
  SchemeResolver(SchemeOp declaration, RecognizedScheme recognized)
      : declaration(declaration), recognized(std::move(recognized)) {}

  /// Whether the op now has a plain scheme.
  bool resolve(DequantizeOp op) const {
    SchemeAttr scheme = op.getScheme();
    if (recognized.levels.empty())
      return resolveShifted(op);
    std::optional<int64_t> offset = recognized.getOffset(declaration.getStorage());
    if (offset == 0)
      op.setSchemeAttr(withCodec(scheme, scheme.getCodec()));
    else if (offset && scheme.getZeroPoint() == ZeroPointKind::None && recodeSigned(op, *offset))
      return true;
    else if (!scheme.isSigned())
      op.setSchemeAttr(
          withCodec(scheme, scheme.getCodec(), DenseF32ArrayAttr::get(op.getContext(), recognized.levels)));
    return !op.getScheme().isDeclared();
  }

private:
  /// Zero points of plain schemes are codes.
  bool resolveShifted(DequantizeOp op) const {
    ElementsAttr zeroPoints;
    SchemeAttr scheme = op.getScheme();
    if (!matchPattern(op.getZeroPoint(), m_Constant(&zeroPoints)))
      return false;
    FailureOr<Tensor> tensor = Tensor::get(zeroPoints);
    if (failed(tensor) || !llvm::all_of(tensor->getElements<int32_t>(), [&](int32_t zeroPoint) {
          return zeroPoint >= scheme.getMinCode() && zeroPoint <= scheme.getMaxCode();
        }))
      return false;
    op.setSchemeAttr(withCodec(scheme, scheme.getCodec()));
    return true;
  }

  /// Integers that are their own levels need no zero point, and no table: what kernels multiply.
  bool recodeSigned(DequantizeOp op, int64_t offset) const {
    ElementsAttr elements;
    std::string codec = getSignedCodec(recognized.levels);
    if (!matchPattern(op.getInput(), m_Constant(&elements)) || !cast<ShapedType>(op.getType()).hasStaticShape())
      return false;
    FailureOr<Tensor> codes = Tensor::get(elements);
    if (failed(codes))
      return false;
    SchemeAttr scheme = withCodec(op.getScheme(), codec, {}, BitOrder::LowFirst, /*radix=*/0);
    OpBuilder builder(op);
    op.getInputMutable().assign(recode(builder, op, *codes, scheme, offset));
    op.setSchemeAttr(scheme);
    return true;
  }

  mutable SchemeOp declaration;
  RecognizedScheme recognized;
};

struct ResolveSchemesPass : public WithModels<nibble::impl::ResolveSchemesPassBase<ResolveSchemesPass>> {
  void runOnOperation() override {
    for (SchemeOp declaration : llvm::make_early_inc_range(getOperation().getOps<SchemeOp>())) {
      resolve(declaration);
      if (SymbolTable::symbolKnownUseEmpty(declaration, getOperation()))
        declaration.erase();
      else
        declaration.getChoose().getBlocks().clear();
    }
  }

private:
  void resolve(SchemeOp declaration) {
    SmallVector<DequantizeOp> uses;
    getOperation().walk([&](DequantizeOp op) {
      if (op.getScheme().getDeclaration() == FlatSymbolRefAttr::get(declaration.getSymNameAttr()))
        uses.push_back(op);
    });
    if (uses.empty())
      return;
    std::optional<RecognizedScheme> recognized = recognizeScheme(declaration);
    if (!recognized) {
      remark::analysis(declaration.getLoc(), remark::RemarkOpts::name("own-meaning").category("nibble-resolve-schemes"))
          << ("'@" + declaration.getSymName() + "' keeps its own 'decode'").str()
          << remark::reason("it is no table of levels times the scale, and no code less a zero point times it");
      return;
    }
    SchemeResolver resolver(declaration, std::move(*recognized));
    for (DequantizeOp op : uses)
      numResolved += resolver.resolve(op);
  }
};

} // namespace
