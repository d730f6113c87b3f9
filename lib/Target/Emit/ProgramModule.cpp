//===- ProgramModule.cpp - the LLVM module of a program -----------------------------------------------===//

#include "ProgramModule.h"
#include "RuntimeBitcode.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/Internalize.h"
#include "llvm/Transforms/Scalar/LoopIdiomRecognize.h"

using namespace mlir;
using namespace nibble;

/// Attributes of ours say things that LLVM IR has no words for.
static void removeNibbleAttributes(LLVM::LLVMFuncOp main) {
  for (unsigned argument = 0; argument < main.getNumArguments(); ++argument)
    for (NamedAttribute attribute : mlir::function_interface_impl::getArgAttrs(main, argument))
      if (attribute.getName().strref().starts_with("nibble."))
        main.removeArgAttr(argument, attribute.getName());
}

static llvm::Error checkMain(LLVM::LLVMFuncOp main, const ProgramInfo &info) {
  if (!main || main.isExternal())
    return llvm::createStringError("expected a function called main in the LLVM dialect");
  size_t numArguments = info.inputs.size() + info.outputs.size() + 4;
  bool hasPointers = llvm::all_of(main.getArgumentTypes(), llvm::IsaPred<LLVM::LLVMPointerType>);
  if (main.getNumArguments() != numArguments || !hasPointers || !isa<LLVM::LLVMVoidType>(main.getFunctionType().getReturnType()))
    return llvm::createStringError("expected main to take %zu pointers (inputs, outputs, workspace, weights, parallel_for, pool) "
                                   "and to return nothing",
                                   numArguments);
  return llvm::Error::success();
}

static llvm::Expected<std::unique_ptr<llvm::Module>> translate(ModuleOp module, const ProgramInfo &info,
                                                               const llvm::TargetMachine &machine, llvm::LLVMContext &context) {
  auto main = module.lookupSymbol<LLVM::LLVMFuncOp>("main");
  if (llvm::Error error = checkMain(main, info))
    return std::move(error);
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  module.getContext()->appendDialectRegistry(registry);
  removeNibbleAttributes(main);
  std::unique_ptr<llvm::Module> translated = translateModuleToLLVMIR(module, context, info.model);
  if (!translated)
    return llvm::createStringError("the program cannot be translated to LLVM IR");
  translated->setSourceFileName(info.model);
  translated->setTargetTriple(machine.getTargetTriple());
  translated->setPICLevel(llvm::PICLevel::BigPIC);
  translated->setDataLayout(machine.createDataLayout());
  return translated;
}

/// Makes every function of the program code for the machine, and its name one that profiles of several programs tell apart.
static void prepareFunctions(llvm::Module &program, const ProgramInfo &info, const llvm::TargetMachine &machine) {
  bool hasWideVectors = machine.getTargetTriple().isX86() && machine.getMCSubtargetInfo()->checkFeatures("+avx512f");
  for (llvm::Function &function : program) {
    if (function.isDeclaration())
      continue;
    function.setName(info.model + "." + function.getName());
    function.addFnAttr(llvm::Attribute::NoUnwind);
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    // LLVM prefers 256 bits on most CPUs, for the sake of code with few wide operations.
    if (hasWideVectors)
      function.addFnAttr("prefer-vector-width", "512");
  }
}

static llvm::Constant *addWeights(llvm::Module &program, const ProgramInfo &info, WeightsPlacement placement) {
  if (info.weights.empty())
    return nullptr;
  llvm::Type *byte = llvm::Type::getInt8Ty(program.getContext());
  auto *type = llvm::ArrayType::get(byte, info.weights.size() + weightsPaddingInBytes);
  llvm::Constant *initializer = nullptr;
  if (placement == WeightsPlacement::Constant) {
    std::string padded(info.weights.begin(), info.weights.end());
    padded.resize(type->getNumElements());
    initializer = llvm::ConstantDataArray::getString(program.getContext(), padded, /*AddNull=*/false);
  }
  auto linkage = initializer ? llvm::GlobalValue::InternalLinkage : llvm::GlobalValue::ExternalLinkage;
  auto *weights = new llvm::GlobalVariable(program, type, /*isConstant=*/true, linkage, initializer, getWeightsSymbol(info));
  weights->setAlignment(llvm::Align(64));
  return weights;
}

/// Links those functions of lib/Runtime that the program declares, and what they call.
static llvm::Error linkRuntime(llvm::Module &program) {
  const llvm::Triple &triple = program.getTargetTriple();
  std::optional<llvm::StringRef> bitcode = getRuntimeBitcode(triple.getArchName());
  if (!bitcode)
    return llvm::createStringError("nibble was built without its runtime for %s", triple.getArchName().str().c_str());
  auto runtime = llvm::parseBitcodeFile(llvm::MemoryBufferRef(*bitcode, "nibble-runtime"), program.getContext());
  if (!runtime)
    return runtime.takeError();
  // Equal but for the spelling.
  (*runtime)->setTargetTriple(triple);
  if (llvm::NamedMDNode *producer = (*runtime)->getNamedMetadata("llvm.ident"))
    (*runtime)->eraseNamedMetadata(producer);
  if (llvm::Linker::linkModules(program, std::move(*runtime), llvm::Linker::LinkOnlyNeeded))
    return llvm::createStringError("the program cannot be linked with nibble's runtime");
  return llvm::Error::success();
}

static void optimize(llvm::Module &program, llvm::TargetMachine &machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = true;
  // LLVM 22's search for loops that compute a CRC follows the operands of a loop's values without noting where it was: of some
  // kernels of codes it did not return within an hour. No kernel of ours computes a CRC.
  llvm::DisableLIRP::HashRecognize = true;
  llvm::PassBuilder passes(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(components);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, components, modules);
  passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3).run(program, modules);
}

llvm::Expected<std::unique_ptr<llvm::Module>> nibble::buildProgramModule(ModuleOp module, const ProgramInfo &info,
                                                                         const EntryOptions &options,
                                                                         WeightsPlacement placement,
                                                                         llvm::TargetMachine &machine,
                                                                         llvm::LLVMContext &context) {
  auto translated = translate(module, info, machine, context);
  if (!translated)
    return translated.takeError();
  llvm::Module &program = **translated;
  llvm::Function *main = program.getFunction("main");
  prepareFunctions(program, info, machine);
  // It is called from each entry point, and is long.
  main->addFnAttr(llvm::Attribute::NoInline);
  std::vector<std::string> exported = addEntryPoints(*main, addWeights(program, info, placement), info, options);
  if (llvm::Error error = linkRuntime(program))
    return std::move(error);
  llvm::internalizeModule(program, [&](const llvm::GlobalValue &value) { return llvm::is_contained(exported, value.getName()); });
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (llvm::verifyModule(program, &stream))
    return llvm::createStringError("the program is not valid LLVM IR: " + problem);
  optimize(program, machine);
  return translated;
}

std::string nibble::getWeightsSymbol(const ProgramInfo &info) { return info.model + "_weights"; }

llvm::Expected<std::unique_ptr<llvm::Module>> nibble::buildHostModule(ModuleOp module, const ProgramInfo &info,
                                                                      llvm::TargetMachine &machine,
                                                                      llvm::LLVMContext &context) {
  EntryOptions options;
  options.features = getRequiredFeatures(machine);
  return buildProgramModule(module, info, options, WeightsPlacement::Symbol, machine, context);
}
