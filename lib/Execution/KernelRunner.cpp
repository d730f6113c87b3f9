//===- KernelRunner.cpp - compile one kernel in process and call it ---------------------------------===//

#include "nibble/Execution/KernelRunner.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Target/Emit/Emit.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace nibble;

/// Kernels on buffers, without contractions, to the LLVM dialect.
static void buildLLVMPasses(OpPassManager &passes) {
  passes.addPass(createExpandMathPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions barePointers;
  barePointers.useBarePtrCallConv = true;
  passes.addPass(createConvertFuncToLLVMPass(barePointers));
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
}

/// Removes the launch with what is around it; the kernel becomes the module's only public function.
static FailureOr<func::FuncOp> isolateKernel(ModuleOp module, int64_t &numTiles) {
  LaunchOp launch;
  module.walk([&](LaunchOp op) { launch = op; });
  if (!launch)
    return module.emitError() << "expected a launch of the kernel to run";
  numTiles = launch.getTiles();
  auto kernel = module.lookupSymbol<func::FuncOp>(launch.getKernel());
  launch->getParentOfType<func::FuncOp>().erase();
  kernel.setPublic();
  return kernel;
}

FailureOr<std::unique_ptr<KernelRunner>> KernelRunner::create(ModuleOp module, const TargetBackend &target,
                                                              const CpuFacts &facts) {
  PassManager kernelPasses(module.getContext()), llvmPasses(module.getContext());
  target.buildKernelPasses(kernelPasses, facts);
  if (failed(kernelPasses.run(module)))
    return failure();
  auto runner = std::make_unique<KernelRunner>();
  FailureOr<func::FuncOp> kernel = isolateKernel(module, runner->numTiles);
  if (failed(kernel))
    return failure();
  std::string name = kernel->getSymName().str();
  buildLLVMPasses(llvmPasses);
  if (failed(llvmPasses.run(module)))
    return failure();

  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  MachineOptions machineOptions = {target.getDefaultTriple(), facts.llvmCpu, facts.llvmFeatures};
  auto machine = createTargetMachine(machineOptions), codeGenMachine = createTargetMachine(machineOptions);
  if (!machine || !codeGenMachine)
    return module.emitError() << llvm::toString(llvm::joinErrors(machine.takeError(), codeGenMachine.takeError()));
  ExecutionEngineOptions options;
  auto optimize = makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0, machine->get());
  options.transformer = optimize;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Aggressive;
  options.enableObjectDump = true;
  llvm::Expected<std::unique_ptr<ExecutionEngine>> engine =
      ExecutionEngine::create(module, options, std::move(*codeGenMachine));
  if (!engine)
    return module.emitError() << llvm::toString(engine.takeError());
  runner->engine = std::move(*engine);
  llvm::Expected<void (*)(void **)> function = runner->engine->lookupPacked(name);
  if (!function)
    return module.emitError() << llvm::toString(function.takeError());
  runner->function = *function;
  return runner;
}

void KernelRunner::runTile(int64_t tile, llvm::ArrayRef<void *> buffers) const {
  SmallVector<void *> storage(buffers), packed = {&tile};
  for (void *&buffer : storage)
    packed.push_back(&buffer);
  function(packed.data());
}

void KernelRunner::run(llvm::ArrayRef<void *> buffers) const {
  for (int64_t tile = 0; tile < numTiles; ++tile)
    runTile(tile, buffers);
}
