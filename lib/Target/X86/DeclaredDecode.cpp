//===- DeclaredDecode.cpp - the meaning that a nibble.scheme declares, on vectors -------------------===//

#include "DeclaredDecode.h"
#include "Epilogue.h"
#include "TableLookup.h"
#include "nibble/Reference/ConstantEvaluation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/bit.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::x86;

// A table of more entries takes more permutations than most functions have operations.
static constexpr unsigned maxTableBits = 6;

namespace {
/// The values of a region that depend on its first argument alone, for all codes at once.
class CodeEvaluation {
public:
  CodeEvaluation(Block &decode, int64_t minCode, int64_t numCodes) : builder(decode.getParentOp()->getContext()), numCodes(numCodes) {
    builder.setInsertionPointToEnd(&scratch);
    SmallVector<int32_t> all;
    for (int64_t code = 0; code < numCodes; ++code)
      all.push_back(static_cast<int32_t>(minCode + code));
    Value code = decode.getArgument(0);
    set(code, DenseElementsAttr::get(getType(code), ArrayRef<int32_t>(all)));
    for (Operation &op : decode.without_terminator())
      evaluate(op);
  }

  bool isKnown(Value value) const { return constants.contains(value); }
  DenseElementsAttr get(Value value) const { return attributes.lookup(value); }

private:
  RankedTensorType getType(Value value) const { return RankedTensorType::get({numCodes}, value.getType()); }

  void set(Value value, DenseElementsAttr elements) {
    attributes[value] = elements;
    constants[value] = arith::ConstantOp::create(builder, value.getLoc(), elements);
  }

  void evaluate(Operation &op) {
    if (op.getNumResults() != 1)
      return;
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      return set(constant, DenseElementsAttr::get(getType(constant), constant.getValue()));
    if (!llvm::all_of(op.getOperands(), [&](Value operand) { return isKnown(operand); }))
      return;
    SmallVector<Value> operands = llvm::map_to_vector(op.getOperands(), [&](Value operand) { return constants.lookup(operand); });
    Operation *onAll = builder.create(op.getLoc(), op.getName().getIdentifier(), operands, getType(op.getResult(0)), op.getAttrs());
    FailureOr<SmallVector<TypedAttr>> values = reference::evaluateConstant(onAll);
    if (auto elements = succeeded(values) ? dyn_cast<DenseElementsAttr>(values->front()) : DenseElementsAttr())
      set(op.getResult(0), elements);
  }

  Block scratch;
  OpBuilder builder;
  int64_t numCodes;
  DenseMap<Value, Value> constants;
  DenseMap<Value, DenseElementsAttr> attributes;
};
} // namespace

/// The bits of each element; empty for types that tables do not have.
static SmallVector<float> getBits(DenseElementsAttr elements) {
  Type type = elements.getElementType();
  if (type.isF32())
    return llvm::to_vector(elements.getValues<float>());
  SmallVector<float> bits;
  if (type.isInteger(32) || type.isInteger(1))
    for (const APInt &value : elements.getValues<APInt>())
      bits.push_back(llvm::bit_cast<float>(static_cast<uint32_t>(value.getZExtValue())));
  return bits;
}

DeclaredDecode::DeclaredDecode(const FilterCodes &codes) : codes(codes) {
  if (codes.numBits <= maxTableBits && tabulate(codes.decode->front()))
    return;
  rest.getBlocks().clear();
  tables.clear();
  usesCode = true;
  IRMapping mapping;
  codes.decode->cloneInto(&rest, mapping);
}

bool DeclaredDecode::tabulate(Block &decode) {
  CodeEvaluation evaluation(decode, codes.minCode, int64_t(1) << codes.numBits);
  Block &block = rest.emplaceBlock();
  IRMapping mapping;
  for (BlockArgument argument : decode.getArguments())
    mapping.map(argument, block.addArgument(argument.getType(), argument.getLoc()));
  usesCode = false;
  OpBuilder builder(codes.decode->getContext());
  builder.setInsertionPointToEnd(&block);
  // Constants are needed as they are, everything else that is known as a table.
  auto provide = [&](Value value) {
    if (auto constant = value.getDefiningOp<arith::ConstantOp>()) {
      if (!mapping.contains(value))
        builder.clone(*constant, mapping);
    } else if (value == decode.getArgument(0)) {
      usesCode = true;
    } else if (evaluation.isKnown(value) && !mapping.contains(value)) {
      tables.push_back({value.getType(), getBits(evaluation.get(value))});
      mapping.map(value, block.addArgument(value.getType(), value.getLoc()));
    }
  };
  for (Operation &op : decode) {
    if (op.getNumResults() == 1 && evaluation.isKnown(op.getResult(0)))
      continue;
    llvm::for_each(op.getOperands(), provide);
    builder.clone(op, mapping);
  }
  return llvm::none_of(tables, [](const Table &table) { return table.entries.empty(); });
}

Value DeclaredDecode::lookUp(OpBuilder &builder, Location loc, const Table &table, Value words) {
  Value entries = emitTableLookup(builder, loc, table.entries, words);
  if (table.type.isF32())
    return entries;
  Value integers = vector::BitCastOp::create(builder, loc, words.getType(), entries);
  if (table.type.isInteger(32))
    return integers;
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(words.getType()));
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, integers, zero);
}

Value DeclaredDecode::emit(OpBuilder &builder, Location loc, Value words, ValueRange parameters) {
  auto type = cast<VectorType>(words.getType());
  Value least = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(type, APInt(32, static_cast<uint64_t>(codes.minCode), /*isSigned=*/true)));
  SmallVector<Value> arguments = {arith::AddIOp::create(builder, loc, words, least)};
  llvm::append_range(arguments, parameters);
  for (const Table &table : tables)
    arguments.push_back(lookUp(builder, loc, table, words));
  return emitEpilogue(builder, rest, arguments, type.getNumElements());
}
