#include "actors/reload.hpp"

#include "actors/log.hpp"
#include "actors/settings_table.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace wsgw::actors {

namespace {

bool is_named(const startup& what, const setting_row& row) {
  return what.sources.count(std::string{row.name}) != 0;
}

/// Duels begin and end with their secret: what serves them is made at start.
bool may_change(const setting_row& row, const settings& now,
                const settings& read) {
  if (row.name == "WEBSOCKET_TICKET_SECRET")
    return now.duel_secret.empty() == read.duel_secret.empty();
  return row.reloads;
}

setting_change change_of(const setting_row& row, const settings& now,
                         const settings& read) {
  if (row.hides == secrecy::everything)
    return {std::string{row.name}, {}, {}, true};
  return {std::string{row.name}, masked_value(row, now),
          masked_value(row, read), false};
}

void take_over(const setting_row& row, const settings& from, settings& into) {
  std::visit([&](auto field) { into.*field = from.*field; }, row.field);
}

/// The key's file is a setting; what the file holds is its secret part.
void compare_public_key(const startup& now, const startup& read,
                        reload_plan& plan) {
  if (now.config.jwt_public_key_pem == read.config.jwt_public_key_pem)
    return;
  plan.next.jwt_public_key_pem = read.config.jwt_public_key_pem;
  const std::string name = "WS_JWT_PUBLIC_KEY_FILE";
  const auto is_listed =
    std::any_of(plan.changed.begin(), plan.changed.end(),
                [&](const auto& each) { return each.name == name; });
  if (!is_listed)
    plan.changed.push_back({name, {}, {}, true});
}

} // namespace

reload_plan plan_reload(const startup& now, const startup& read) {
  reload_plan plan{now.config, {}, {}};
  for (const auto& row : settings_table()) {
    if (!is_named(now, row) && !is_named(read, row))
      continue;
    if (value_text(row, now.config) == value_text(row, read.config))
      continue;
    const auto change = change_of(row, now.config, read.config);
    if (!may_change(row, now.config, read.config)) {
      plan.needs_restart.push_back(change);
      continue;
    }
    plan.changed.push_back(change);
    take_over(row, read.config, plan.next);
  }
  compare_public_key(now, read, plan);
  return plan;
}

reloader::reloader(hub& shared, startup first, reading read_again)
    : shared_(shared), now_(std::move(first)), read_(std::move(read_again)) {}

void reloader::refuse(const std::vector<std::string>& errors) {
  shared_.reloads.add("refused");
  for (const auto& each : errors)
    log::error("config", each);
  log::error("config", "reload refused, nothing has changed",
             {{"errors", errors.size()}});
}

void reloader::report(const reload_plan& plan, const startup& read) {
  for (const auto& each : read.warnings)
    if (std::find(now_.warnings.begin(), now_.warnings.end(), each)
        == now_.warnings.end())
      log::warning("config", each);
  for (const auto& each : plan.changed)
    if (each.is_secret)
      log::info("config", "setting changed", {{"setting", each.name}});
    else
      log::info("config", "setting changed",
                {{"setting", each.name}, {"from", each.from}, {"to", each.to}});
  for (const auto& each : plan.needs_restart)
    if (each.is_secret)
      log::warning("config", "setting needs a restart",
                   {{"setting", each.name}});
    else
      log::warning(
        "config", "setting needs a restart",
        {{"setting", each.name}, {"runs_with", each.from}, {"read", each.to}});
  log::info("config", "reloaded",
            {{"changed", plan.changed.size()},
             {"needs_restart", plan.needs_restart.size()}});
}

void reloader::check_limit() {
  if (shared_.descriptor_limit != 0
      && shared_.connection_limit > shared_.descriptor_limit)
    log::warning("config", "open-file limit below WS_MAX_TOTAL_CONNECTIONS",
                 {{"usable_files", shared_.descriptor_limit},
                  {"limit", shared_.connection_limit.load()}});
}

void reloader::reload() {
  log::info("config", "reloading");
  auto read = read_();
  if (read.stop) {
    refuse(read.errors);
    return;
  }
  auto plan = plan_reload(now_, read);
  shared_.reloads.add(plan.changed.empty() ? "unchanged" : "changed");
  if (!plan.changed.empty())
    shared_.adopt(plan.next);
  // Whoever makes the log quieter still wants to read that it worked.
  const auto level = plan.next.level;
  log::set_level(std::min(now_.config.level, level));
  report(plan, read);
  check_limit();
  log::set_level(level);
  read.config = std::move(plan.next);
  now_ = std::move(read);
}

} // namespace wsgw::actors
