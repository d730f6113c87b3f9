# How nibble's libraries, tools and tests are declared. Every target has the same flags, so that all share one
# precompiled header (docs/Development.md, "Build speed").

# Flags and include paths of everything written here.
add_library(nibble_flags INTERFACE)
target_include_directories(nibble_flags INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>)
target_include_directories(nibble_flags SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
separate_arguments(nibble_llvm_definitions NATIVE_COMMAND ${LLVM_DEFINITIONS})
target_compile_definitions(nibble_flags INTERFACE ${nibble_llvm_definitions})
# -ffp-contract=off: every float step is rounded where the Spec says so (docs/Spec.md, "Exactness").
target_compile_options(nibble_flags INTERFACE
  -fPIC -ffp-contract=off -fvisibility-inlines-hidden -Wall -Wextra -Wno-unused-parameter
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>
  "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
target_link_options(nibble_flags INTERFACE -fuse-ld=lld)
if(NIBBLE_SANITIZE)
  # Shared libraries find the sanitizers' runtime in the executable: --no-undefined would refuse them.
  target_compile_options(nibble_flags INTERFACE -fsanitize=address,undefined -fno-sanitize=vptr,function)
  target_link_options(nibble_flags INTERFACE -fsanitize=address,undefined)
else()
  target_link_options(nibble_flags INTERFACE -Wl,--no-undefined)
endif()

# The precompiled header that all C++ here shares.
function(nibble_add_precompiled_header)
  add_library(NibblePrecompiled OBJECT ${PROJECT_SOURCE_DIR}/cmake/Precompiled.cpp)
  target_link_libraries(NibblePrecompiled PRIVATE nibble_flags)
  set(CMAKE_PCH_INSTANTIATE_TEMPLATES ON)
  target_precompile_headers(NibblePrecompiled PRIVATE ${PROJECT_SOURCE_DIR}/cmake/Precompiled.h)
endfunction()
nibble_add_precompiled_header()

define_property(GLOBAL PROPERTY NIBBLE_CORE_LIBS BRIEF_DOCS "Parts of libNibble.so"
                FULL_DOCS "Object libraries that libNibble.so is linked from.")

function(nibble_common_setup name)
  target_link_libraries(${name} PRIVATE nibble_flags)
  if(NOT ARG_NO_PRECOMPILED_HEADER)
    target_precompile_headers(${name} REUSE_FROM NibblePrecompiled)
  endif()
  if(TARGET nibble_tablegen)
    add_dependencies(${name} nibble_tablegen)
  endif()
endfunction()

# nibble_add_library(<name> [CORE] [NO_PRECOMPILED_HEADER] <sources>... [LINK_LIBS <libs>...])
# CORE: a part of libNibble.so, the one copy of dialect, interfaces and passes. Otherwise a static library.
function(nibble_add_library name)
  cmake_parse_arguments(ARG "CORE;NO_PRECOMPILED_HEADER" "" "LINK_LIBS" ${ARGN})
  if(ARG_CORE)
    add_library(${name} OBJECT ${ARG_UNPARSED_ARGUMENTS})
    set_property(GLOBAL APPEND PROPERTY NIBBLE_CORE_LIBS ${name})
    target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  else()
    add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS})
  endif()
  nibble_common_setup(${name})
endfunction()

# nibble_add_tool(<name> <sources>... [LINK_LIBS <libs>...])
function(nibble_add_tool name)
  cmake_parse_arguments(ARG "NO_PRECOMPILED_HEADER" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  nibble_common_setup(${name})
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS ${name} EXPORT NibbleTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# nibble_add_test_tool(<name> <sources>... [LINK_LIBS <libs>...]): a program that only lit tests use.
function(nibble_add_test_tool name)
  cmake_parse_arguments(ARG "NO_PRECOMPILED_HEADER" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  nibble_common_setup(${name})
endfunction()

# nibble_add_unit_test(<name> <sources>... [LINK_LIBS <libs>...]): a GoogleTest program that lit runs.
function(nibble_add_unit_test name)
  cmake_parse_arguments(ARG "NO_PRECOMPILED_HEADER" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/test/Unit)
  nibble_common_setup(${name})
  set_property(GLOBAL APPEND PROPERTY NIBBLE_UNIT_TESTS ${name})
endfunction()
