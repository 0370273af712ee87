// Compiled once, in front of every source of the test (cpp_pch in
// meson.build); no source includes it.
#ifndef WSGW_TRANSPORT_TEST_PCH_HPP
#define WSGW_TRANSPORT_TEST_PCH_HPP

#include "transport/pch/transport_pch.hpp"

#endif
