//===- CodeWriter.cpp - an LLVM module as text or object ----------------------------------------------===//

#include "CodeWriter.h"
#include "ProgramModule.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace nibble;

/// True if the program refers to weights that somebody else must define.
static bool needsWeights(const Module &program, const ProgramInfo &info) {
  const GlobalVariable *weights = program.getNamedGlobal(getWeightsSymbol(info));
  return weights && weights->isDeclaration();
}

/// Assembler directives that define the weights as the content of a file. Large constants of LLVM IR take many times their
/// size in memory; this way they are copied once.
static std::string getWeightsAssembly(const ProgramInfo &info, StringRef file) {
  std::string symbol = getWeightsSymbol(info);
  return "\t.section\t.rodata.nibble.weights,\"a\",@progbits\n\t.p2align\t6\n\t.type\t" + symbol + ",@object\n\t.size\t" + symbol +
         ", " + std::to_string(info.weights.size() + weightsPaddingInBytes) + "\n" + symbol + ":\n\t.incbin\t\"" + file.str() +
         "\"\n\t.zero\t" + std::to_string(weightsPaddingInBytes) + "\n\t.text\n";
}

/// Lets the assembler find the weights under a name that no file on disk has.
static void addWeightsFile(MCContext &context, StringRef name, ArrayRef<char> weights) {
  auto files = makeIntrusiveRefCnt<vfs::InMemoryFileSystem>();
  files->addFileNoOwn(name, 0, MemoryBufferRef(StringRef(weights.data(), weights.size()), name));
  context.initInlineSourceManager();
  context.getInlineSourceManager()->setVirtualFileSystem(files);
}

static Expected<std::string> generate(Module &program, TargetMachine &machine, CodeGenFileType type,
                                      function_ref<void(MCContext &)> prepare) {
  SmallVector<char> bytes;
  raw_svector_ostream stream(bytes);
  legacy::PassManager passes;
  auto *info = new MachineModuleInfoWrapperPass(&machine);
  prepare(info->getMMI().getContext());
  if (machine.addPassesToEmitFile(passes, stream, nullptr, type, /*DisableVerify=*/true, info))
    return createStringError("LLVM cannot write files for '%s'", machine.getTargetTriple().str().c_str());
  passes.run(program);
  return std::string(bytes.begin(), bytes.end());
}

Expected<std::string> nibble::getObject(Module &program, const ProgramInfo &info, TargetMachine &machine) {
  const char *file = "/nibble/weights";
  if (!needsWeights(program, info))
    return generate(program, machine, CodeGenFileType::ObjectFile, [](MCContext &) {});
  program.getNamedGlobal(getWeightsSymbol(info))->setVisibility(GlobalValue::HiddenVisibility);
  program.setModuleInlineAsm(getWeightsAssembly(info, file));
  return generate(program, machine, CodeGenFileType::ObjectFile,
                  [&](MCContext &context) { addWeightsFile(context, file, info.weights); });
}

Expected<std::string> nibble::getAssembly(Module &program, const ProgramInfo &info, StringRef weightsFile, TargetMachine &machine) {
  bool hasFile = needsWeights(program, info);
  if (hasFile)
    program.getNamedGlobal(getWeightsSymbol(info))->setVisibility(GlobalValue::HiddenVisibility);
  Expected<std::string> text = generate(program, machine, CodeGenFileType::AssemblyFile, [](MCContext &) {});
  // Through the module, the assembler's directive would come out as the bytes of the file.
  if (text && hasFile)
    *text += getWeightsAssembly(info, weightsFile);
  return text;
}

std::string nibble::getLLVMIR(Module &program, const ProgramInfo &info, StringRef weightsFile) {
  if (needsWeights(program, info)) {
    program.getNamedGlobal(getWeightsSymbol(info))->setVisibility(GlobalValue::HiddenVisibility);
    program.setModuleInlineAsm(getWeightsAssembly(info, weightsFile));
  }
  std::string text;
  raw_string_ostream stream(text);
  program.print(stream, nullptr);
  return text;
}
