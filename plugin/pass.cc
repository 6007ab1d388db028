/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pass.h"

static pass_data s_data(opt_pass_type type, const char *name, unsigned needs) {
    return {
        .type = type,
        .name = name,
        .optinfo_flags = OPTGROUP_NONE,
        .tv_id = TV_NONE,
        .properties_required = needs,
        .properties_provided = 0,
        .properties_destroyed = 0,
        .todo_flags_start = 0,
        .todo_flags_finish = 0,
    };
}

namespace {

class pass_over_functions : public gimple_opt_pass {
  public:
    pass_over_functions(const pass_data &data, unsigned (*run)(function *))
        : gimple_opt_pass(data, g), m_run(run) {
    }
    unsigned int execute(function *fun) final override {
        return m_run(fun);
    }

  private:
    unsigned (*m_run)(function *);
};

class pass_over_unit : public simple_ipa_opt_pass {
  public:
    pass_over_unit(const pass_data &data, void (*run)(void))
        : simple_ipa_opt_pass(data, g), m_run(run) {
    }
    unsigned int execute(function *) final override {
        m_run();
        return 0;
    }

  private:
    void (*m_run)(void);
};

} // namespace

opt_pass *ms_pass_over_functions(const char *name, unsigned needs, unsigned (*run)(function *)) {
    return new pass_over_functions(s_data(GIMPLE_PASS, name, needs), run);
}

opt_pass *ms_pass_over_unit(const char *name, void (*run)(void)) {
    return new pass_over_unit(s_data(SIMPLE_IPA_PASS, name, 0), run);
}
