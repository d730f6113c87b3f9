//===- Help.h - what `nibble --help` teaches ------------------------------------------------------------------------------===//

#ifndef NIBBLE_TOOLS_NIBBLE_HELP_H
#define NIBBLE_TOOLS_NIBBLE_HELP_H

#include "llvm/Support/CommandLine.h"

namespace nibble {

/// The examples at the end of `nibble <subcommand> --help`; those of an empty name are for `nibble --help`.
llvm::StringRef getExamples(llvm::StringRef subcommand);

/// Parses the command line, with help that shows the options in `categories` only: LLVM's own are for those who know them. What
/// is wrong is printed with the nearest spelling; then the result is false.
bool parseCommandLine(int argc, char **argv, llvm::ArrayRef<const llvm::cl::OptionCategory *> categories);

} // namespace nibble

#endif // NIBBLE_TOOLS_NIBBLE_HELP_H
