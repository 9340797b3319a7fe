# The browser UI, built and compiled into the program: weft_web_assets defines weft::http::embedded_assets().
#
# web/ needs Node 20.19 or newer with npm. Where they are missing the list of assets is empty: the program works
# and says how to get the UI. WEFT_WEB=ON makes that an error, OFF never looks for Node.
set(WEFT_WEB_DEFAULT AUTO)
if(WEFT_SANITIZE OR WEFT_FUZZ)
  set(WEFT_WEB_DEFAULT OFF)  # those trees test C++
endif()
set(WEFT_WEB ${WEFT_WEB_DEFAULT} CACHE STRING "Embed the browser UI: AUTO, ON or OFF")

set(WEFT_NODE_VERSION_MIN 20.19)
set(WEFT_WEB_EMBEDDED OFF)
if(WEFT_WEB)
  find_program(WEFT_NODE node)
  find_program(WEFT_NPM npm)
  set(node_version 0)
  if(WEFT_NODE AND WEFT_NPM)
    execute_process(COMMAND ${WEFT_NODE} --version OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(REGEX REPLACE "^v" "" node_version "${node_version}")
  endif()
  if(node_version VERSION_GREATER_EQUAL WEFT_NODE_VERSION_MIN)
    set(WEFT_WEB_EMBEDDED ON)
  elseif(WEFT_WEB STREQUAL "ON")
    message(FATAL_ERROR "WEFT_WEB=ON needs node ${WEFT_NODE_VERSION_MIN} or newer and npm; found node '${node_version}'")
  else()
    message(STATUS "No UI in this build: it needs node ${WEFT_NODE_VERSION_MIN} or newer and npm (found '${node_version}')")
  endif()
endif()

set(web ${CMAKE_SOURCE_DIR}/web)
set(generated ${CMAKE_BINARY_DIR}/generated/web_assets)
if(WEFT_WEB_EMBEDDED)
  file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web}/src/* ${web}/public/*)
  # npm writes this file last; it lies in the source tree, so every build tree shares one installation.
  set(installed ${web}/node_modules/.package-lock.json)
  add_custom_command(OUTPUT ${installed}
    COMMAND ${WEFT_NPM} ci --silent
    COMMAND ${CMAKE_COMMAND} -E touch ${installed}
    DEPENDS ${web}/package.json ${web}/package-lock.json
    WORKING_DIRECTORY ${web} COMMENT "Installing the UI's packages" VERBATIM)
  add_custom_command(OUTPUT ${generated}.cc ${generated}.bin
    BYPRODUCTS ${web}/dist/index.html
    COMMAND ${WEFT_NPM} run --silent build
    COMMAND ${WEFT_NODE} ${web}/scripts/embed.mjs ${web}/dist ${generated}
    DEPENDS ${installed} ${web_sources} ${web}/index.html ${web}/vite.config.ts ${web}/tsconfig.json
            ${web}/scripts/budget.mjs ${web}/scripts/embed.mjs
    WORKING_DIRECTORY ${web} COMMENT "Building the UI" VERBATIM)
  set_source_files_properties(${generated}.cc PROPERTIES OBJECT_DEPENDS ${generated}.bin)
else()
  file(CONFIGURE OUTPUT ${generated}.cc @ONLY CONTENT [[
#include "http/assets.h"

// Built without Node: there is no UI in this program.
std::span<const weft::http::Asset> weft::http::embedded_assets() { return {}; }
]])
endif()

add_library(weft_web_assets STATIC ${generated}.cc)
target_include_directories(weft_web_assets PRIVATE ${CMAKE_SOURCE_DIR}/src)
# A compiler cache would not see the bytes that .incbin reads.
set_target_properties(weft_web_assets PROPERTIES C_COMPILER_LAUNCHER "" CXX_COMPILER_LAUNCHER "")

get_target_property(http_type weft_http TYPE)
if(http_type STREQUAL "INTERFACE_LIBRARY")
  target_link_libraries(weft_http INTERFACE weft_web_assets)
else()
  target_link_libraries(weft_http PUBLIC weft_web_assets)
endif()
