//===- CompiledProgram.cpp - programs compiled in process ---------------------------------------------===//

#include "nibble/Execution/Program.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace nibble;

namespace {

class CompiledProgram : public Program {
public:
  static Expected<std::unique_ptr<Program>> compile(mlir::ModuleOp module, const ProgramInfo &info, const JitOptions &options) {
    Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(options.machine);
    if (!machine)
      return machine.takeError();
    auto context = std::make_unique<LLVMContext>();
    Expected<std::unique_ptr<Module>> host = buildHostModule(module, info, **machine, *context);
    if (!host)
      return host.takeError();
    std::unique_ptr<CompiledProgram> program(new CompiledProgram);
    if (Error error = program->createJit(std::move(*machine)))
      return std::move(error);
    if (Error error = program->defineSymbols(info, options))
      return std::move(error);
    if (Error error = program->jit->addIRModule(orc::ThreadSafeModule(std::move(*host), std::move(context))))
      return std::move(error);
    Expected<orc::ExecutorAddr> address = program->jit->lookup(info.model + "_info");
    if (!address)
      return address.takeError();
    if (Error error = program->initialize(address->toPtr<const nibble_info *>()))
      return std::move(error);
    return program;
  }

private:
  Error createJit(std::unique_ptr<TargetMachine> machine) {
    orc::JITTargetMachineBuilder builder(machine->getTargetTriple());
    auto compiler = [&](orc::JITTargetMachineBuilder) -> Expected<std::unique_ptr<orc::IRCompileLayer::IRCompiler>> {
      return std::make_unique<orc::TMOwningSimpleCompiler>(std::move(machine));
    };
    auto created = orc::LLJITBuilder()
                       .setJITTargetMachineBuilder(std::move(builder))
                       .setCompileFunctionCreator(compiler)
                       .create();
    if (!created)
      return created.takeError();
    jit = std::move(*created);
    return Error::success();
  }

  /// The weights, the caller's symbols, and behind them those of the process (libc, libm).
  Error defineSymbols(const ProgramInfo &info, const JitOptions &options) {
    orc::SymbolMap symbols;
    auto define = [&](StringRef name, const void *address) {
      symbols[jit->mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(address), JITSymbolFlags::Exported};
    };
    if (!info.weights.empty())
      define(getWeightsSymbol(info), info.weights.data());
    for (const auto &symbol : options.symbols)
      define(symbol.first(), symbol.second);
    if (!symbols.empty())
      if (Error error = jit->getMainJITDylib().define(orc::absoluteSymbols(std::move(symbols))))
        return error;
    auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(jit->getDataLayout().getGlobalPrefix());
    if (!process)
      return process.takeError();
    jit->getMainJITDylib().addGenerator(std::move(*process));
    return Error::success();
  }

  std::unique_ptr<orc::LLJIT> jit;
};

} // namespace

Expected<std::unique_ptr<Program>> Program::compile(mlir::ModuleOp module, const ProgramInfo &info, const JitOptions &options) {
  return CompiledProgram::compile(module, info, options);
}
