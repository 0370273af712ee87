// Compiled once, in front of every source of the test (cpp_pch in
// meson.build); no source includes it.
#ifndef WSGW_ACTORS_TEST_PCH_HPP
#define WSGW_ACTORS_TEST_PCH_HPP

#include "actors/pch/actors_pch.hpp"
#include "tests/support/deterministic_system.hpp"

#endif
