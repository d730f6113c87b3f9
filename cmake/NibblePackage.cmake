# The CMake package: find_package(Nibble), after `cmake --install` or with Nibble_DIR=<build>/lib/cmake/Nibble.
include(CMakePackageConfigHelpers)

set(nibble_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Nibble)
set(nibble_build_package_dir ${PROJECT_BINARY_DIR}/lib/cmake/Nibble)

# Headers of what libNibble.so holds; the rest of include/ declares libraries of the tools.
set(nibble_public_folders Analysis Calibration Conversion Dialect InterfaceModels Interfaces Numerics Reference Rounding Support Transforms)
foreach(folder ${nibble_public_folders})
  foreach(tree ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
    if(EXISTS ${tree}/include/nibble/${folder})
      install(DIRECTORY ${tree}/include/nibble/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/nibble
              FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.def" PATTERN "*.h.inc" PATTERN "CMakeFiles" EXCLUDE)
    endif()
  endforeach()
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/include/nibble/Pipelines/InitDialectsAndPasses.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/nibble/Pipelines)

install(EXPORT NibbleTargets NAMESPACE Nibble:: DESTINATION ${nibble_package_dir})
export(EXPORT NibbleTargets NAMESPACE Nibble:: FILE ${nibble_build_package_dir}/NibbleTargets.cmake)

set(NIBBLE_CONFIG_INCLUDE_DIRS ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/NibbleConfig.cmake.in
  ${nibble_build_package_dir}/NibbleConfig.cmake
  INSTALL_DESTINATION ${nibble_build_package_dir} INSTALL_PREFIX ${PROJECT_BINARY_DIR})
set(NIBBLE_CONFIG_INCLUDE_DIRS "\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_INCLUDEDIR}")
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/NibbleConfig.cmake.in
  ${PROJECT_BINARY_DIR}/NibbleConfig.installed.cmake INSTALL_DESTINATION ${nibble_package_dir})
write_basic_package_version_file(${nibble_build_package_dir}/NibbleConfigVersion.cmake COMPATIBILITY SameMinorVersion)

# The lit config for tests of schemes in other repositories: beside NibbleConfig.cmake, from where it finds the tools.
file(RELATIVE_PATH NIBBLE_PREFIX_OF_PACKAGE /prefix/${nibble_package_dir} /prefix)
set(NIBBLE_PLUGIN_DIR ${CMAKE_INSTALL_LIBDIR})
configure_file(${CMAKE_CURRENT_LIST_DIR}/nibble.lit.cfg.py.in ${nibble_build_package_dir}/nibble.lit.cfg.py @ONLY)
install(FILES ${nibble_build_package_dir}/nibble.lit.cfg.py DESTINATION ${nibble_package_dir})

install(FILES ${PROJECT_BINARY_DIR}/NibbleConfig.installed.cmake RENAME NibbleConfig.cmake
        DESTINATION ${nibble_package_dir})
install(FILES ${nibble_build_package_dir}/NibbleConfigVersion.cmake DESTINATION ${nibble_package_dir})
