//===- Header.h - the C header of a program -----------------------------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_EMIT_HEADER_H
#define NIBBLE_LIB_TARGET_EMIT_HEADER_H

#include "nibble/Target/Emit/ProgramInfo.h"

namespace nibble {

/// The text of `<model>.h`: plain C that needs no other header of ours, with nibble/Runtime/Program.h inside. `hasPool`: the
/// library exports a pool.
std::string getHeaderText(const ProgramInfo &info, bool hasPool);

} // namespace nibble

#endif // NIBBLE_LIB_TARGET_EMIT_HEADER_H
