//===- NibbleToLLVM.cpp - a lowered program to the LLVM dialect ---------------------------------------===//

#include "nibble/Conversion/Passes.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/InterfaceModels/WithModels.h"
#include "mlir/Analysis/DataLayoutAnalysis.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/LoweringOptions.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/FunctionCallUtils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nibble {
#define GEN_PASS_DEF_CONVERTNIBBLETOLLVMPASS
#include "nibble/Conversion/Passes.h.inc"
} // namespace nibble

using namespace mlir;
using namespace nibble;

namespace {

/// What a launch passes for an operand: buffers by their aligned pointer, as the bare-pointer calling convention does; other values
/// through the stack.
Value getPointer(OpBuilder &builder, Location loc, Value original, Value converted) {
  if (isa<MemRefType>(original.getType()))
    return MemRefDescriptor(converted).alignedPtr(builder, loc);
  Value one = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), 1);
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Value slot = LLVM::AllocaOp::create(builder, loc, pointer, converted.getType(), one);
  LLVM::StoreOp::create(builder, loc, converted, slot);
  return slot;
}

/// Finds or makes `void <kernel>_tile(ptr buffers, i64 tile)`, which calls the kernel with the buffers of the array.
LLVM::LLVMFuncOp getThunk(OpBuilder &builder, ModuleOp module, LaunchOp launch, const LLVMTypeConverter &converter) {
  std::string name = (launch.getKernel() + "_tile").str();
  if (auto thunk = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return thunk;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(module.getBody());
  Location loc = launch.getLoc();
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()),
                                          {pointer, builder.getI64Type()});
  auto thunk = LLVM::LLVMFuncOp::create(builder, loc, name, type, LLVM::Linkage::Internal);
  Block *entry = thunk.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  SmallVector<Value> arguments = {entry->getArgument(1)};
  for (auto [number, operand] : llvm::enumerate(launch.getOperands())) {
    Value slot = LLVM::GEPOp::create(builder, loc, pointer, pointer, entry->getArgument(0),
                                     ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(number)});
    Value argument = LLVM::LoadOp::create(builder, loc, pointer, slot);
    if (!isa<MemRefType>(operand.getType()))
      argument = LLVM::LoadOp::create(builder, loc, converter.convertType(operand.getType()), argument);
    arguments.push_back(argument);
  }
  LLVM::CallOp::create(builder, loc, TypeRange(), launch.getKernel(), arguments);
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  return thunk;
}

struct LaunchLowering : public ConvertOpToLLVMPattern<LaunchOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(LaunchOp launch, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    Location loc = launch.getLoc();
    auto module = launch->getParentOfType<ModuleOp>();
    auto pointer = LLVM::LLVMPointerType::get(getContext());
    Type i64 = rewriter.getI64Type();
    LLVM::LLVMFuncOp thunk = getThunk(rewriter, module, launch, *getTypeConverter());
    FailureOr<LLVM::LLVMFuncOp> nibbleLaunch =
        LLVM::lookupOrCreateFn(rewriter, module, "nibble_launch", {pointer, pointer, pointer, pointer, i64},
                               LLVM::LLVMVoidType::get(getContext()));
    if (failed(nibbleLaunch))
      return failure();
    // One array for all launches would do; a function-local one each keeps launches independent, and LLVM merges the slots.
    Value size = LLVM::ConstantOp::create(rewriter, loc, i64, std::max<int64_t>(1, launch.getNumOperands()));
    Value buffers = LLVM::AllocaOp::create(rewriter, loc, pointer, pointer, size);
    for (auto [number, operands] : llvm::enumerate(llvm::zip_equal(launch.getOperands(), adaptor.getOperands()))) {
      auto [original, converted] = operands;
      Value slot = LLVM::GEPOp::create(rewriter, loc, pointer, pointer, buffers,
                                       ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(number)});
      LLVM::StoreOp::create(rewriter, loc, getPointer(rewriter, loc, original, converted), slot);
    }
    Block &entry = launch->getParentRegion()->front();
    unsigned numArguments = entry.getNumArguments();
    Value parallelFor = entry.getArgument(numArguments - 2), pool = entry.getArgument(numArguments - 1);
    Value function = LLVM::AddressOfOp::create(rewriter, loc, thunk);
    Value tiles = LLVM::ConstantOp::create(rewriter, loc, i64, launch.getTiles());
    LLVM::CallOp::create(rewriter, loc, *nibbleLaunch, ValueRange{parallelFor, pool, function, buffers, tiles});
    rewriter.eraseOp(launch);
    return success();
  }
};

struct ObserveLowering : public ConvertOpToLLVMPattern<ObserveOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(ObserveOp observe, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = dyn_cast<MemRefType>(observe.getInput().getType());
    if (!type || !type.hasStaticShape() || !type.getLayout().isIdentity() || !type.getElementType().isF32())
      return rewriter.notifyMatchFailure(observe, "expected a contiguous f32 buffer");
    Location loc = observe.getLoc();
    auto module = observe->getParentOfType<ModuleOp>();
    auto pointer = LLVM::LLVMPointerType::get(getContext());
    Type i64 = rewriter.getI64Type();
    auto call = [&](StringRef function, ValueRange operands) {
      SmallVector<Type> types(operands.getTypes());
      FailureOr<LLVM::LLVMFuncOp> found =
          LLVM::lookupOrCreateFn(rewriter, module, function, types, LLVM::LLVMVoidType::get(getContext()));
      if (succeeded(found))
        LLVM::CallOp::create(rewriter, loc, *found, operands);
      return success(succeeded(found));
    };
    Value name = createName(rewriter, loc, observe.getName());
    Value data = MemRefDescriptor(adaptor.getInput()).bufferPtr(rewriter, loc, *getTypeConverter(), type);
    Value count = LLVM::ConstantOp::create(rewriter, loc, i64, type.getNumElements());
    int64_t numChannels = type.getRank() == 0 ? 1 : type.getShape().back();
    Value channels = LLVM::ConstantOp::create(rewriter, loc, i64, numChannels);
    if (failed(call("nibble_observe_channels_f32", {name, data, count, channels})))
      return failure();
    if (ArrayAttr all = observe.getPatchesAttr()) {
      if (failed(call("nibble_observe_magnitudes_f32", {name, data, count, channels})))
        return failure();
      for (PatchesAttr patches : all.getAsRange<PatchesAttr>()) {
        Value array = createName(rewriter, loc, patches.getArrayName(observe.getName()));
        if (failed(call("nibble_observe_gram_f32", {array, data, createPatches(rewriter, loc, patches, type, pointer)})))
          return failure();
      }
    }
    rewriter.eraseOp(observe);
    return success();
  }

private:
  Value createName(ConversionPatternRewriter &rewriter, Location loc, StringRef name) const {
    std::string text = name.str();
    text.push_back('\0');
    std::string symbol = "nibble_observed_name_" + std::to_string(numNames++);
    return LLVM::createGlobalString(loc, rewriter, symbol, text, LLVM::Linkage::Internal);
  }

  /// The address of a constant nibble_patches, whose members all are int64_t.
  Value createPatches(ConversionPatternRewriter &rewriter, Location loc, PatchesAttr patches, MemRefType type, Type pointer) const {
    SmallVector<int64_t> members(type.getShape());
    if (patches.isRows())
      members = {1, 1, type.getNumElements() / type.getShape().back(), type.getShape().back()};
    for (DenseI64ArrayAttr numbers : {patches.getKernel(), patches.getStrides(), patches.getDilations(), patches.getPadding()})
      members.append(numbers.asArrayRef().begin(), numbers.asArrayRef().end());
    members.push_back(patches.getGroups());
    auto array = LLVM::LLVMArrayType::get(rewriter.getI64Type(), members.size());
    auto elements = DenseElementsAttr::get(RankedTensorType::get(array.getNumElements(), rewriter.getI64Type()), ArrayRef(members));
    std::string symbol = "nibble_observed_patches_" + std::to_string(numNames++);
    {
      OpBuilder::InsertionGuard guard(rewriter);
      auto module = rewriter.getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
      rewriter.setInsertionPointToStart(module.getBody());
      LLVM::GlobalOp::create(rewriter, loc, array, /*isConstant=*/true, LLVM::Linkage::Internal, symbol, elements);
    }
    return LLVM::AddressOfOp::create(rewriter, loc, pointer, symbol);
  }

  mutable unsigned numNames = 0;
};

/// Buffers without elements are passed as memref<0xT>: upstream has no bare pointer for, say, memref<3x0xT>. What looks at one has
/// nothing to do and was removed by canonicalization, or looks at its other shapes.
void flattenEmptyArguments(func::FuncOp function) {
  OpBuilder builder(function.getContext());
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (!type || !type.hasStaticShape() || type.getNumElements() != 0 || type.getRank() == 1)
      continue;
    argument.setType(MemRefType::get({0}, type.getElementType()));
    builder.setInsertionPointToStart(argument.getOwner());
    if (!argument.use_empty()) {
      Value nothing = ub::PoisonOp::create(builder, argument.getLoc(), type);
      argument.replaceAllUsesWith(nothing);
    }
  }
  if (!function.isExternal())
    function.setType(builder.getFunctionType(function.getBody().getArgumentTypes(), function.getResultTypes()));
}

/// A bare pointer that is returned would be the allocation's, which is not where an aligned buffer begins.
LogicalResult verifyResults(ModuleOp module) {
  bool isValid = true;
  module.walk([&](func::FuncOp function) {
    if (!llvm::any_of(function.getResultTypes(), llvm::IsaPred<BaseMemRefType>))
      return;
    function.emitOpError() << "returns a buffer; expected destinations for all results (--buffer-results-to-out-params)";
    isValid = false;
  });
  return success(isValid);
}

struct ConvertNibbleToLLVMPass : public WithModels<nibble::impl::ConvertNibbleToLLVMPassBase<ConvertNibbleToLLVMPass>> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    // Kernels have what their codes stand for.
    for (SchemeOp scheme : llvm::make_early_inc_range(module.getOps<SchemeOp>()))
      scheme.erase();
    if (failed(verifyResults(module)))
      return signalPassFailure();
    MLIRContext *context = &getContext();
    auto pointer = LLVM::LLVMPointerType::get(context);
    if (auto main = module.lookupSymbol<func::FuncOp>("main")) {
      // Pointers have no shape, and the program's interface is to be read from the converted module as well.
      for (BlockArgument argument : main.getArguments())
        main.setArgAttr(argument.getArgNumber(), "nibble.type", TypeAttr::get(argument.getType()));
      for (StringRef role : {"parallel_for", "pool"}) {
        NamedAttribute attribute(StringAttr::get(context, "nibble.role"), StringAttr::get(context, role));
        if (failed(main.insertArgument(main.getNumArguments(), pointer, DictionaryAttr::get(context, attribute),
                                       main.getLoc())))
          return signalPassFailure();
      }
    }

    for (auto function : module.getOps<func::FuncOp>())
      flattenEmptyArguments(function);

    RewritePatternSet prepare(context);
    // LLVM would call __truncsfbf2, which neither libc nor this machine's libgcc has.
    arith::populateExpandBFloat16Patterns(prepare);
    vector::populateVectorBitCastLoweringPatterns(prepare);
    vector::populateVectorBroadcastLoweringPatterns(prepare);
    vector::populateVectorShapeCastLoweringPatterns(prepare);
    vector::populateVectorTransposeLoweringPatterns(prepare, vector::VectorTransposeLowering::EltWise);
    vector::populateVectorMaskOpLoweringPatterns(prepare);
    vector::populateVectorInsertExtractStridedSliceTransforms(prepare);
    if (failed(applyPatternsGreedily(module, std::move(prepare))))
      return signalPassFailure();

    LowerToLLVMOptions options(context, getAnalysis<DataLayoutAnalysis>().getAtOrAbove(module));
    options.useBarePtrCallConv = true;
    LLVMTypeConverter converter(context, options);
    RewritePatternSet patterns(context);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    // Not all expansions of arith: those of maxima and minima forget fast-math flags, which leave one instruction of five.
    arith::populateCeilFloorDivExpandOpsPatterns(patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    index::populateIndexToLLVMConversionPatterns(converter, patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
    populateFuncToLLVMConversionPatterns(converter, patterns);
    populateMathToLLVMConversionPatterns(converter, patterns);
    populateMathToLibmConversionPatterns(patterns);
    populateVectorToLLVMConversionPatterns(converter, patterns);
    ub::populateUBToLLVMConversionPatterns(converter, patterns);
    patterns.add<LaunchLowering, ObserveLowering>(converter);

    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();
    if (failed(applyFullConversion(module, target, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
