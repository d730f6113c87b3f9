//===- nibble-emit.cpp - the last phase alone, for tests ----------------------------------------------===//

#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Target/Emit/Emit.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;

static cl::opt<std::string> input(cl::Positional, cl::desc("<module in the LLVM dialect>"), cl::Required);
static cl::opt<std::string> output("o", cl::desc("Output file"), cl::Required);
static cl::opt<std::string> kind("emit", cl::desc("exe, object, static, shared, asm or llvm"), cl::init("exe"));
static cl::opt<std::string> triple("target", cl::desc("LLVM's triple"));
static cl::opt<std::string> cpu("cpu", cl::desc("LLVM's name of a CPU, or native"), cl::init("x86-64"));
static cl::opt<std::string> features("features", cl::desc("+a,-b"));
static cl::opt<int> threads("max-threads", cl::desc("Most threads, 0 for any number"), cl::init(0));

static Error run() {
  mlir::MLIRContext context;
  context.loadDialect<mlir::LLVM::LLVMDialect, nibble::NibbleDialect>();
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(input, &context);
  if (!module)
    return createStringError("%s: not a module", input.c_str());
  mlir::FailureOr<nibble::ProgramInfo> info = nibble::ProgramInfo::get(*module);
  if (failed(info))
    return createStringError("%s: not a program", input.c_str());
  nibble::EmitOptions options;
  std::optional<nibble::EmitKind> requested = nibble::getEmitKind(kind);
  if (!requested)
    return createStringError("unknown kind '%s'", kind.c_str());
  options.kind = *requested;
  options.machine = {triple, cpu, features};
  options.maxThreads = threads;
  return nibble::emitProgram(*module, *info, options, output);
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv);
  Error error = run();
  if (!error)
    return 0;
  WithColor::error() << toString(std::move(error)) << "\n";
  return 1;
}
