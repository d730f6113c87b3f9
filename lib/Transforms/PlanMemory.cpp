//===- PlanMemory.cpp - all buffers in one workspace ------------------------------------------------===//

#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace nibble {
#define GEN_PASS_DEF_PLANMEMORYPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

namespace {

/// Alignment of every buffer, and how far behind one a kernel may read.
constexpr int64_t alignmentInBytes = 64;

/// An allocation, alive from the first to the last of the numbered ops that touch it or a view of it.
struct Buffer {
  memref::AllocOp alloc;
  int64_t sizeInBytes = 0, first = 0, last = 0, offset = -1;

  bool isAliveWith(const Buffer &other) const { return first <= other.last && other.first <= last; }
};

int64_t getSizeInBytes(MemRefType type) {
  int64_t elementBytes = type.getElementType().isIndex() ? 8 : llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  return type.getNumElements() * elementBytes;
}

/// Extends the life of a buffer over all users of a value and of its views. Views themselves touch no memory.
void extendLife(Value value, const DenseMap<Operation *, int64_t> &position, Block *body, Buffer &buffer) {
  for (Operation *user : value.getUsers()) {
    if (isa<ViewLikeOpInterface>(user)) {
      for (Value view : user->getResults())
        extendLife(view, position, body, buffer);
      continue;
    }
    int64_t at = position.lookup(body->findAncestorOpInBlock(*user));
    buffer.first = std::min(buffer.first, at);
    buffer.last = std::max(buffer.last, at);
  }
}

/// Places the largest buffers first, each at the lowest offset where it meets none that is alive with it. Returns the size of the
/// workspace.
int64_t assignOffsets(MutableArrayRef<Buffer> buffers) {
  SmallVector<Buffer *> order = llvm::map_to_vector(buffers, [](Buffer &buffer) { return &buffer; });
  llvm::stable_sort(order, [](Buffer *a, Buffer *b) { return a->sizeInBytes > b->sizeInBytes; });
  SmallVector<Buffer *> placed; // by offset
  int64_t end = 0;
  for (Buffer *buffer : order) {
    int64_t offset = 0;
    for (Buffer *other : placed)
      if (buffer->isAliveWith(*other)) {
        if (offset + buffer->sizeInBytes <= other->offset)
          break;
        offset = std::max<int64_t>(offset, llvm::alignTo(other->offset + other->sizeInBytes, alignmentInBytes));
      }
    buffer->offset = offset;
    placed.insert(llvm::upper_bound(placed, buffer, [](Buffer *a, Buffer *b) { return a->offset < b->offset; }), buffer);
    end = std::max(end, offset + buffer->sizeInBytes);
  }
  return llvm::alignTo(end, alignmentInBytes) + alignmentInBytes;
}

struct PlanMemoryPass : public nibble::WithModels<nibble::impl::PlanMemoryPassBase<PlanMemoryPass>> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.getBody().empty())
      return;
    Block *body = &main.getBody().front();
    DenseMap<Operation *, int64_t> position;
    for (auto [number, op] : llvm::enumerate(*body))
      position[&op] = number;

    SmallVector<Buffer> buffers;
    for (memref::AllocOp alloc : body->getOps<memref::AllocOp>()) {
      if (!alloc.getType().hasStaticShape()) {
        alloc.emitOpError() << "expected a static shape, got " << alloc.getType();
        return signalPassFailure();
      }
      Buffer &buffer = buffers.emplace_back();
      buffer.alloc = alloc;
      buffer.sizeInBytes = getSizeInBytes(alloc.getType());
      buffer.first = body->getOperations().size();
      buffer.last = 0;
      extendLife(alloc, position, body, buffer);
    }
    int64_t workspaceSize = assignOffsets(buffers);

    OpBuilder builder(main.getContext());
    auto type = MemRefType::get({workspaceSize}, builder.getI8Type());
    unsigned number = main.getNumArguments();
    NamedAttribute role = builder.getNamedAttr("nibble.role", builder.getStringAttr("workspace"));
    if (failed(main.insertArgument(number, type, builder.getDictionaryAttr(role), main.getLoc())))
      return signalPassFailure();
    for (Buffer &buffer : buffers) {
      builder.setInsertionPoint(buffer.alloc);
      Location loc = buffer.alloc.getLoc();
      Value offset = arith::ConstantIndexOp::create(builder, loc, buffer.offset);
      Value view = memref::ViewOp::create(builder, loc, buffer.alloc.getType(), main.getArgument(number), offset,
                                          ValueRange());
      buffer.alloc.replaceAllUsesWith(view);
      buffer.alloc.erase();
    }
    module->setAttr("nibble.workspace_size", builder.getI64IntegerAttr(workspaceSize));
  }
};

} // namespace
