// The files that the compiler carries. A section of its own compilation: nothing to find at run time, nothing to install.
    .section .rodata, "a"

    .globl nibble_embedded_runtime_x86_64_begin, nibble_embedded_runtime_x86_64_end
    .hidden nibble_embedded_runtime_x86_64_begin, nibble_embedded_runtime_x86_64_end
    .p2align 4
nibble_embedded_runtime_x86_64_begin:
    .incbin "nibble-runtime-x86_64.bc"
nibble_embedded_runtime_x86_64_end:

    .globl nibble_embedded_program_header_begin, nibble_embedded_program_header_end
    .hidden nibble_embedded_program_header_begin, nibble_embedded_program_header_end
nibble_embedded_program_header_begin:
    .incbin "nibble/Runtime/Program.h"
nibble_embedded_program_header_end:

    .section .note.GNU-stack, "", @progbits
