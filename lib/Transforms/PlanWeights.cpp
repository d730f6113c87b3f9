//===- PlanWeights.cpp - all constants in one blob --------------------------------------------------===//

#include "nibble/InterfaceModels/WithModels.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

namespace nibble {
#define GEN_PASS_DEF_PLANWEIGHTSPASS
#include "nibble/Transforms/Passes.h.inc"
} // namespace nibble

using namespace mlir;

namespace {

/// Alignment of every constant, and how far behind the last one a kernel may read.
constexpr int64_t alignmentInBytes = 64;

/// The bytes of a constant in memory order; empty optional for elements that have none (strings, odd widths).
std::optional<std::string> getBytes(ElementsAttr elements) {
  ShapedType type = elements.getShapedType();
  unsigned numBits = type.getElementType().isIndex() ? 64 : type.getElementTypeBitWidth();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    return std::string(blob->getData().data(), blob->getData().size());
  }
  auto dense = dyn_cast<DenseElementsAttr>(elements);
  if (!dense)
    return std::nullopt;
  if (numBits == 1) {
    std::string bytes;
    for (bool bit : dense.getValues<bool>())
      bytes.push_back(bit);
    return bytes;
  }
  if (numBits % 8)
    return std::nullopt;
  std::string raw(dense.getRawData().data(), dense.getRawData().size());
  if (!dense.isSplat())
    return raw;
  std::string bytes;
  bytes.reserve(raw.size() * type.getNumElements());
  for (int64_t i = 0, e = type.getNumElements(); i < e; ++i)
    bytes += raw;
  return bytes;
}

struct PlanWeightsPass : public nibble::WithModels<nibble::impl::PlanWeightsPassBase<PlanWeightsPass>> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.getBody().empty())
      return;
    std::string blob;
    llvm::StringMap<int64_t> offsetOfBytes;
    SmallVector<std::pair<memref::GetGlobalOp, int64_t>> uses;
    WalkResult gathered = main.walk([&](memref::GetGlobalOp use) {
      auto global = module.lookupSymbol<memref::GlobalOp>(use.getName());
      auto elements = global ? dyn_cast_or_null<ElementsAttr>(global.getInitialValueAttr()) : ElementsAttr();
      std::optional<std::string> bytes = elements ? getBytes(elements) : std::nullopt;
      if (!bytes) {
        use.emitOpError() << "global " << use.getNameAttr() << " has no bytes to put into the weights";
        return WalkResult::interrupt();
      }
      auto [known, isNew] = offsetOfBytes.try_emplace(*bytes, static_cast<int64_t>(blob.size()));
      if (isNew) {
        blob += *bytes;
        blob.resize(llvm::alignTo(blob.size(), alignmentInBytes), '\0');
      }
      uses.push_back({use, known->second});
      return WalkResult::advance();
    });
    if (gathered.wasInterrupted())
      return signalPassFailure();

    blob.resize(blob.size() + alignmentInBytes, '\0');
    OpBuilder builder(main.getContext());
    auto blobType = RankedTensorType::get({static_cast<int64_t>(blob.size())}, builder.getI8Type());
    auto argumentType = MemRefType::get(blobType.getShape(), builder.getI8Type());
    unsigned number = main.getNumArguments();
    if (failed(main.insertArgument(number, argumentType,
                                   builder.getDictionaryAttr(builder.getNamedAttr("nibble.role", builder.getStringAttr("weights"))),
                                   main.getLoc())))
      return signalPassFailure();
    for (auto [use, offset] : uses) {
      builder.setInsertionPoint(use);
      Value position = arith::ConstantIndexOp::create(builder, use.getLoc(), offset);
      Value view = memref::ViewOp::create(builder, use.getLoc(), use.getType(), main.getArgument(number), position,
                                          ValueRange());
      use.replaceAllUsesWith(view);
      use.erase();
    }
    AsmResourceBlob resource = HeapAsmResourceBlob::allocateAndCopyWithAlign(ArrayRef(blob.data(), blob.size()),
                                                                             alignmentInBytes, /*dataIsMutable=*/false);
    module->setAttr("nibble.weights", DenseResourceElementsAttr::get(blobType, "nibble_weights", std::move(resource)));
    for (memref::GlobalOp global : llvm::make_early_inc_range(module.getOps<memref::GlobalOp>()))
      if (SymbolTable::symbolKnownUseEmpty(global, module))
        global.erase();
  }
};

} // namespace
