//===- CodeWriter.h - an LLVM module as text or object -------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_EMIT_CODEWRITER_H
#define NIBBLE_LIB_TARGET_EMIT_CODEWRITER_H

#include "nibble/Target/Emit/Emit.h"
#include "llvm/ADT/SmallString.h"

namespace nibble {

/// The object of `program`, with `info.weights` in a section of it if the program has them as an undefined symbol.
llvm::Expected<llvm::SmallString<0>> getObject(llvm::Module &program, const ProgramInfo &info, llvm::TargetMachine &machine);

/// The assembly or the LLVM IR of `program`. If it has the weights as an undefined symbol, the text takes them from the file
/// `weightsFile`.
llvm::Expected<llvm::SmallString<0>> getAssembly(llvm::Module &program, const ProgramInfo &info, llvm::StringRef weightsFile,
                                                 llvm::TargetMachine &machine);
llvm::SmallString<0> getLLVMIR(llvm::Module &program, const ProgramInfo &info, llvm::StringRef weightsFile);

} // namespace nibble

#endif // NIBBLE_LIB_TARGET_EMIT_CODEWRITER_H
