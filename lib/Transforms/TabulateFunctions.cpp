//===- TabulateFunctions.cpp - functions of one code as tables --------------------------------------===//

#include "Epilogue.h"
#include "Lookup.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Reference/ConstantEvaluation.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include <numeric>

namespace nibble {
#define GEN_PASS_DEF_TABULATEFUNCTIONSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// A code of 8 bits has this many values.
constexpr int64_t tableSize = 256;

/// One number for all elements of a constant; null when it has several or is none.
TypedAttr getNumber(Value value) {
  DenseElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) || !elements.isSplat())
    return {};
  return dyn_cast<TypedAttr>(elements.getSplatValue<Attribute>());
}

/// Computes what elementwise ops make of each code. The ops are built over 256 elements, evaluated by the reference one by one,
/// and removed again.
class Tabulator {
public:
  Tabulator(IRRewriter &rewriter, Location loc) : rewriter(rewriter), loc(loc) {}
  ~Tabulator() {
    for (Operation *op : llvm::reverse(scratch))
      rewriter.eraseOp(op);
  }

  /// `group`, whose only input is dequantized from `input`, quantized as `result` says. The table is in the order of the codes'
  /// bits; nothing when an operand differs between elements, or the reference cannot evaluate an op.
  std::optional<DenseIntElementsAttr> run(const FusionGroup &group, const QuantizedTensor &input, const QuantizedTensor &result) {
    std::vector<int8_t> codes(tableSize);
    std::iota(codes.begin(), codes.end(), 0);
    auto codeType = RankedTensorType::get({tableSize}, rewriter.getI8Type());
    Value all = makeConstant(DenseElementsAttr::get(codeType, ArrayRef(codes)));
    auto [scheme, scale, zeroPoint] = createTensorParams(input);
    tables[group.getInputs().front()] =
        evaluate(DequantizeOp::create(rewriter, loc, codeType.clone(rewriter.getF32Type()), all, scale, zeroPoint, scheme));
    if (!addOp(group.root) || !llvm::all_of(group.chain, [&](Operation *op) { return addOp(op); }))
      return std::nullopt;
    std::tie(scheme, scale, zeroPoint) = createTensorParams(result);
    Value table = evaluate(
        QuantizeOp::create(rewriter, loc, codeType, tables.lookup(group.getResult()), scale, zeroPoint, scheme));
    DenseIntElementsAttr elements;
    return table && matchPattern(table, m_Constant(&elements)) ? std::optional(elements) : std::nullopt;
  }

private:
  Value makeConstant(TypedAttr value) {
    auto constant = arith::ConstantOp::create(rewriter, loc, value);
    scratch.push_back(constant);
    return constant;
  }

  /// The parameters of a tensor with one scale, whatever its rank.
  std::tuple<SchemeAttr, Value, Value> createTensorParams(const QuantizedTensor &tensor) {
    SchemeAttr from = tensor.scheme;
    SchemeAttr scheme = SchemeAttr::get(from.getContext(), from.getCodec(), from.getNarrowRange(), {}, from.getScale(),
                                        from.getZeroPoint(), from.getRounding());
    auto [scale, zeroPoint] = createParams(rewriter, loc, scheme, {}, tensor.scales, tensor.zeroPoint);
    for (Value param : {scale, zeroPoint})
      if (param)
        scratch.push_back(param.getDefiningOp());
    return {scheme, scale, zeroPoint};
  }

  /// The result of an op on constants as one; null when it cannot be evaluated.
  Value evaluate(Operation *op) {
    scratch.push_back(op);
    FailureOr<SmallVector<TypedAttr>> values = reference::evaluateConstant(op);
    return succeeded(values) ? makeConstant(values->front()) : Value();
  }

  /// Computes the table of an op of the group; false when there is none.
  bool addOp(Operation *op) {
    auto generic = cast<linalg::GenericOp>(op);
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    for (OpOperand *operand : generic.getDpsInputOperands()) {
      Value table = tables.lookup(operand->get());
      TypedAttr number = table ? TypedAttr() : getNumber(operand->get());
      if (table ? !generic.getMatchingIndexingMap(operand).isIdentity() : !number)
        return false;
      auto numberType = RankedTensorType::get({}, getElementTypeOrSelf(operand->get()));
      inputs.push_back(table ? table : makeConstant(DenseElementsAttr::get(numberType, Attribute(number))));
      maps.push_back(table ? rewriter.getMultiDimIdentityMap(1) : AffineMap::get(1, 0, rewriter.getContext()));
    }
    maps.push_back(rewriter.getMultiDimIdentityMap(1));
    Type element = getElementTypeOrSelf(generic.getResult(0));
    auto init = tensor::EmptyOp::create(rewriter, loc, ArrayRef<int64_t>{tableSize}, element);
    scratch.push_back(init);
    auto onTable = linalg::GenericOp::create(rewriter, loc, init.getType(), inputs, init.getResult(), maps,
                                             utils::IteratorType::parallel);
    IRMapping mapping;
    generic.getRegion().cloneInto(&onTable.getRegion(), mapping);
    return static_cast<bool>(tables[generic.getResult(0)] = evaluate(onTable));
  }

  IRRewriter &rewriter;
  Location loc;
  /// Tables by the values whose elements they have.
  llvm::DenseMap<Value, Value> tables;
  SmallVector<Operation *> scratch;
};

/// Whether the table gives every code itself.
bool isIdentity(DenseIntElementsAttr table) {
  return llvm::all_of(llvm::enumerate(table.getValues<uint8_t>()), [](auto entry) { return entry.index() == entry.value(); });
}

/// Replaces a group that makes 8-bit codes of 8-bit codes by a lookup; returns whether it did.
bool tabulate(IRRewriter &rewriter, const FusionGroup &group) {
  SetVector<Value> inputs = group.getInputs();
  QuantizeOp quantize = findResultQuantize(group);
  std::optional<QuantizedTensor> input = inputs.size() == 1 ? matchDequantized(inputs.front()) : std::nullopt;
  if (!quantize || !input || !input->scheme.isPerTensor() || input->scheme.getNumBits() != 8)
    return false;
  rewriter.setInsertionPoint(group.root);
  std::optional<DenseIntElementsAttr> table =
      Tabulator(rewriter, group.root->getLoc()).run(group, *input, *matchQuantize(quantize));
  if (!table)
    return false;
  rewriter.setInsertionPoint(quantize);
  rewriter.replaceOp(quantize, isIdentity(*table) ? input->codes
                                                  : createLookup(rewriter, group.getResult().getLoc(), input->codes, *table));
  eraseGroup(rewriter, group, /*includingLast=*/true);
  return true;
}

struct TabulateFunctionsPass : public WithModels<nibble::impl::TabulateFunctionsPassBase<TabulateFunctionsPass>> {
  void runOnOperation() override {
    FusionGroups groups(getOperation());
    IRRewriter rewriter(&getContext());
    for (const auto &group : groups.getGroups())
      if (group->kind == FusionGroup::Kind::Elementwise && tabulate(rewriter, *group))
        ++numTabulated;
  }
};

} // namespace
