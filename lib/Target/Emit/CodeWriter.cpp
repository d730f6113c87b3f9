//===- CodeWriter.cpp - an LLVM module as text or object ----------------------------------------------===//

#include "CodeWriter.h"
#include "ProgramModule.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace nibble;

/// True if the program refers to weights that somebody else must define.
static bool needsWeights(const Module &program, const ProgramInfo &info) {
  const GlobalVariable *weights = program.getNamedGlobal(getWeightsSymbol(info));
  return weights && weights->isDeclaration();
}

constexpr StringLiteral weightsSection = ".rodata.nibble.weights";

/// Assembler directives that define the weights, with `content` (a directive too) before the padding.
static std::string getWeightsAssembly(const ProgramInfo &info, const Twine &content) {
  std::string symbol = getWeightsSymbol(info), padding = std::to_string(weightsPaddingInBytes);
  return ("\t.section\t" + weightsSection + ",\"a\",@progbits\n\t.p2align\t6\n\t.type\t" + symbol + ",@object\n\t.size\t" +
          symbol + ", " + Twine(info.weights.size()) + "+" + padding + "\n" + symbol + ":\n\t" + content + "\n\t.zero\t" +
          padding + "\n\t.text\n")
      .str();
}

static std::string getIncludedWeights(const ProgramInfo &info, StringRef file) {
  return getWeightsAssembly(info, ".incbin\t\"" + file + "\"");
}

/// Copies the weights into their section, which the assembler has filled with zeros: the only copy of them that is made. Constants
/// of LLVM IR would take several times their size in memory, and time.
static Error insertWeights(MutableArrayRef<char> object, ArrayRef<char> weights) {
  StringRef bytes(object.data(), object.size());
  Expected<std::unique_ptr<object::ObjectFile>> file = object::ObjectFile::createObjectFile(MemoryBufferRef(bytes, "object"));
  if (!file)
    return file.takeError();
  for (object::ELFSectionRef section : (*file)->sections()) {
    Expected<StringRef> name = section.getName();
    if (!name)
      return name.takeError();
    if (*name != weightsSection)
      continue;
    assert(section.getSize() == weights.size() + weightsPaddingInBytes);
    copy(weights, object.begin() + section.getOffset());
    return Error::success();
  }
  return createStringError("the object has no section for the weights");
}

static Expected<SmallString<0>> generate(Module &program, TargetMachine &machine, CodeGenFileType type) {
  SmallString<0> bytes;
  raw_svector_ostream stream(bytes);
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, type))
    return createStringError("LLVM cannot write files for '%s'", machine.getTargetTriple().str().c_str());
  passes.run(program);
  return bytes;
}

/// Says that the weights are defined in the same file.
static void localizeWeights(Module &program, const ProgramInfo &info) {
  program.getNamedGlobal(getWeightsSymbol(info))->setVisibility(GlobalValue::HiddenVisibility);
}

Expected<SmallString<0>> nibble::getObject(Module &program, const ProgramInfo &info, TargetMachine &machine) {
  if (!needsWeights(program, info))
    return generate(program, machine, CodeGenFileType::ObjectFile);
  localizeWeights(program, info);
  program.setModuleInlineAsm(getWeightsAssembly(info, ".zero\t" + Twine(info.weights.size())));
  Expected<SmallString<0>> object = generate(program, machine, CodeGenFileType::ObjectFile);
  if (object)
    if (Error error = insertWeights(*object, info.weights))
      return std::move(error);
  return object;
}

Expected<SmallString<0>> nibble::getAssembly(Module &program, const ProgramInfo &info, StringRef weightsFile, TargetMachine &machine) {
  bool hasFile = needsWeights(program, info);
  if (hasFile)
    localizeWeights(program, info);
  Expected<SmallString<0>> text = generate(program, machine, CodeGenFileType::AssemblyFile);
  // Through the module, the assembler's directive would come out as the bytes of the file.
  if (text && hasFile)
    *text += getIncludedWeights(info, weightsFile);
  return text;
}

SmallString<0> nibble::getLLVMIR(Module &program, const ProgramInfo &info, StringRef weightsFile) {
  if (needsWeights(program, info)) {
    localizeWeights(program, info);
    program.setModuleInlineAsm(getIncludedWeights(info, weightsFile));
  }
  SmallString<0> text;
  raw_svector_ostream stream(text);
  program.print(stream, nullptr);
  return text;
}
