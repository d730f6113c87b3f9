//===- CodeWriter.h - an LLVM module as text or object -------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_EMIT_CODEWRITER_H
#define NIBBLE_LIB_TARGET_EMIT_CODEWRITER_H

#include "nibble/Target/Emit/Emit.h"

namespace nibble {

/// The object of `program`, with `info.weights` in a section of it if the program has them as an undefined symbol.
llvm::Expected<std::string> getObject(llvm::Module &program, const ProgramInfo &info, llvm::TargetMachine &machine);

/// The assembly or the LLVM IR of `program`. If it has the weights as an undefined symbol, the text takes them from the file
/// `weightsFile`.
llvm::Expected<std::string> getAssembly(llvm::Module &program, const ProgramInfo &info, llvm::StringRef weightsFile,
                                        llvm::TargetMachine &machine);
std::string getLLVMIR(llvm::Module &program, const ProgramInfo &info, llvm::StringRef weightsFile);

} // namespace nibble

#endif // NIBBLE_LIB_TARGET_EMIT_CODEWRITER_H
