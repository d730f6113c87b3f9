//===- RowOrder.cpp - the filter of a contraction as rows -------------------------------------------===//

#include "RowOrder.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"

using namespace mlir;
using namespace nibble;

std::optional<RowOrder> RowOrder::get(ContractionOpInterface op) {
  RowOrder order;
  order.shape.assign(op.getFilterShape().begin(), op.getFilterShape().end());
  order.numRows = op.getNumChannels();
  order.rowLength = order.numRows ? llvm::product_of(order.shape) / order.numRows : 0;
  order.numGroupChannels = order.rowLength;
  auto contract = dyn_cast<ContractOp>(op.getOperation());
  order.isTransposed = contract && contract.getTransposeFilter();
  if (contract && order.shape.size() != 2)
    return std::nullopt;
  if (auto conv = dyn_cast<ConvOp>(op.getOperation())) {
    order.numGroups = conv.getGroups();
    order.numGroupChannels = order.shape[2];
  }
  return order;
}

int64_t RowOrder::getBlock(ArrayRef<int64_t> block, int64_t element) const { return getBlockOfElement(block, shape, element); }

std::optional<int64_t> RowOrder::getBlockSize(ArrayRef<int64_t> block) const {
  int64_t size = rowLength, first = 0;
  for (int64_t place = 1; place < rowLength; ++place) {
    if (getBlock(block, getElement(0, place)) == getBlock(block, getElement(0, place - 1)))
      continue;
    if (first == 0)
      size = place;
    if (place - first != size)
      return std::nullopt;
    first = place;
  }
  if (rowLength - first > size)
    return std::nullopt;
  return size == rowLength ? 0 : size;
}

PatchesAttr nibble::getPatches(ContractionOpInterface op) {
  auto conv = dyn_cast<ConvOp>(op.getOperation());
  if (!conv)
    return RowOrder::get(op) ? PatchesAttr::getRows(op.getContext()) : PatchesAttr();
  Builder builder(op.getContext());
  return PatchesAttr::get(op.getContext(), builder.getDenseI64ArrayAttr(conv.getFilterShape().take_front(2)),
                          builder.getDenseI64ArrayAttr(conv.getStrides()), builder.getDenseI64ArrayAttr(conv.getDilations()),
                          builder.getDenseI64ArrayAttr(conv.getPadding()), conv.getGroups());
}
