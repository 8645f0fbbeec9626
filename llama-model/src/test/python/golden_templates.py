"""Renders chat templates and single constructs with Jinja2, set up as Hugging Face's libraries set it up.

    python3 golden_templates.py > ../resources/org/llamadl4j/model/golden/templates.json

Made with Jinja2 3.1.2. The templates are written for this test, with what the templates of Llama 2 and 3, TinyLlama, Mistral
and others are written with. A case: template, variables, and what comes out; null where Jinja2 refuses.
"""

import json
import sys

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols]
)
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = lambda form: {
    "%d %b %Y": "04 Mar 2026", "%B %-d, %Y": "March 4, 2026", "%A %H:%M": "Wednesday 09:05"}[form]

# Brackets around instructions, the system message inside the first of them, roles that have to alternate.
BRACKETS = """\
{% if messages[0]['role'] == 'system' %}
{% set rest = messages[1:] %}
{% set system = messages[0]['content'] %}
{% else %}
{% set rest = messages %}
{% set system = false %}
{% endif %}
{% for message in rest %}
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('user and assistant have to take turns') }}
{% endif %}
{% if loop.index0 == 0 and system != false %}
{% set content = '<<S>>\\n' + system + '\\n<</S>>\\n\\n' + message['content'] %}
{% else %}
{% set content = message['content'] %}
{% endif %}
{% if message['role'] == 'user' %}
{{ bos_token + '[I] ' + content.strip() + ' [/I]' }}
{%- elif message['role'] == 'assistant' %}
{{- ' ' + content.strip() + ' ' + eos_token -}}
{% endif %}
{% endfor %}
"""

# Headers, the date, instructions taken out of the messages, tools that are not there.
HEADERS = """\
{{- bos_token }}
{%- if not today is defined %}
    {%- if strftime_now is defined %}
        {%- set today = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set today = "1 Jan 2000" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- Instructions come first, whatever there is. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set instructions = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set instructions = "" %}
{%- endif %}
{{- "<|head|>system<|end_head|>\\n\\n" }}
{{- "It is " + today + ".\\n\\n" }}
{%- if tools is not none %}
    {%- for tool in tools %}
        {{- tool | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- instructions + "<|end|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'tool' or 'calls' in message) %}
        {{- '<|head|>' + message['role'] + '<|end_head|>\\n\\n'+ message['content'] | trim + '<|end|>' }}
    {%- elif message.role == 'tool' %}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|head|>assistant<|end_head|>\\n\\n' }}
{%- endif %}
"""

# A line a role, with a prompt behind the last.
LINES = """\
{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>\\n'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}"""

# What only a namespace can carry out of a loop, and thoughts that are cut out.
NAMESPACE = """\
{%- set ns = namespace(system='', seen=false, last=-1) -%}
{%- for message in messages -%}
  {%- if message['role'] == 'system' -%}
    {%- set ns.system = message['content'] if not ns.seen else ns.system ~ '\\n' ~ message['content'] -%}
    {%- set ns.seen = true -%}
  {%- elif message.role == 'user' -%}
    {%- set ns.last = loop.index0 -%}
  {%- endif -%}
{%- endfor -%}
{{ bos_token }}{% if ns.seen %}({{ ns.system }}){% endif %}
{% for message in messages if message.role != 'system' %}
  {%- set content = message.content %}
  {%- if message.role == 'assistant' and '</think>' in content %}
    {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
  {%- endif %}
  {{ '<' ~ message.role ~ (' last' if loop.index == ns.last else '') ~ '>' }}{{ content|trim }}
{% endfor %}
{%- if add_generation_prompt -%} <assistant> {%- endif -%}
"""


def message(role, content):
    return {"role": role, "content": content}


CONVERSATIONS = [
    [message("user", "Hi")],
    [
        message("system", " Be\nbrief. "),
        message("user", "  What is {{ this }}? \n"),
        message("assistant", "<think>\nhm\n</think>\n\nA text.\n"),
        message("user", "<b>&\"' \\n é😀"),
    ],
    [message("system", ""), message("user", "")],
    [message("user", "a"), message("user", "b")],
    [message("user", "a"), message("assistant", "b")],
]

VARIABLES = {
    "messages": CONVERSATIONS[1],
    "bos_token": "<s>",
    "eos_token": "</s>",
    "add_generation_prompt": True,
    "n": 3,
    "x": 2.5,
    "t": True,
    "f": False,
    "hollow": [],
    "l": [3, 1, 2],
    "s": "hello world",
    "d": {"a": 1, "b": [1, 2, {"c": '"'}], "e": {}},
}

CONSTRUCTS = r'''
{{ '[' + messages[0]['content'] | trim + ']' }}{{ '[' ~ messages[0].content | trim ~ ']' }}
====
{% for m in messages[1:] %}{{ m.role }}{{ loop.index0 }}{{ loop.index }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}
====
{% for m in messages[:-1] %}{{ m.role }} {% endfor %}|{{ messages[-1].role }}|{% for m in messages[::-1] %}{{ m.role }} {% endfor %}{% for m in messages[1:3] %}{{ m.role }}{% endfor %}
====
{{ s[1:] }}|{{ s[:3] }}|{{ s[-3:] }}|{{ s[2] }}|{{ s[-1] }}|{{ s[1:3] ~ s[-2:] }}|{{ 'é😀x'[1] }}
====
{% set q = 1 %}{% for m in messages %}{% set q = 2 %}{% endfor %}{{ q }}{% if true %}{% set q = 3 %}{% endif %}{{ q }}
====
{% for i in range(3) %}{% if q is defined %}D{% endif %}{% set q = i %}{{ q }}{% endfor %}{{ q is defined }}
====
{{ true }} {{ False }} {{ n }} {{ x }} {{ 1.0 }} {{ 10/4 }} {{ 10//4 }} {{ 7 % 3 }} {{ 2**3 }} {{ 1e3 }} {{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ -1 }} {{ [1] + [2] }} {{ 0.1 + 0.2 }} {{ 1e20 }} {{ 1e-7 }}
====
{{ missing }}|{{ missing is defined }}|{{ d.missing is defined }}|{{ messages[9] is defined }}|{{ missing|default('q') }}{{ ''|default('r', true) }}
====
{% if missing %}a{% else %}b{% endif %}{% if not missing %}c{% endif %}{% if hollow %}1{% endif %}{% if '' %}2{% endif %}{% if l %}3{% endif %}{% if d %}4{% endif %}{% if d.e %}5{% endif %}
====
{{ s is string }} {{ d is mapping }} {{ l is iterable }} {{ s is iterable }} {{ d is iterable }} {{ n is number }} {{ l is sequence }} {{ t is boolean }} {{ n is integer }} {{ x is float }} {{ n is odd }} {{ n is divisibleby(3) }} {{ n is not string }} {{ n is even }}
====
{{ not s is defined }}{{ not q is defined }}{{ s is not defined }}{{ not n == 3 }}{{ not n == 4 }}{{ not 3 in l }}{{ not 7 in l }}{{ 7 not in l }}{{ not (n == 3) }}{{ not not n }}{{ not t and f }}{{ not f and t }}{{ [not t, not n == 4] }}
====
{% if not messages|length == 4 %}a{% else %}b{% endif %}{% if not messages|length == 5 and not q %}a{% else %}b{% endif %}{{ 'x' if not t else 'y' }}{{ ('x' if not n == 4 else 'y') ~ 'z' }}
====
{{ d | tojson }}{{ d | tojson(indent=2) }}{{ messages | tojson }}{{ [s, n, t, x, none, 1e20] | tojson }}{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }}{{ [1, 2] | tojson(separators=(',', ':')) }}{{ 'é😀<>&"' | tojson }}{{ 'é😀' | tojson(ensure_ascii=true) }}{{ [] | tojson(indent=4) }}
====
{{ d }}{{ l }}{{ messages[1] }}{{ ["it's", 'say "hi"', 'both\'"', 'a\nb\\'] }}
====
{{ s.upper() }} {{ 'ABC'.lower() }} {{ s.title() }} {{ s.capitalize() }} {{ s.startswith('he') }} {{ s.endswith(('x', 'ld')) }} {{ s.split(' ')[0] }} {{ s.split()[1] }} {{ s.replace('l','L') }} {{ s.replace('l','L', 1) }} {{ '12'.isdigit() }} {{ ''.isdigit() }}
====
{{ messages[0].content.strip() }}|{{ messages[0]['content'].lstrip() }}|{{ messages[0]['content'].rstrip() }}|{{ '\nxx\n'.strip('\n') }}|{{ 'xyzzy'.strip('xy') }}|{{ 'a.b.c'.split('.')[-1] }}{{ 'a,b,c'.split(',', 1) }}{{ '  a  b '.split() }}{{ ', '.join(['a','b']) }}{{ s.find('o') }}{{ s.rfind('o') }}{{ s.count('o') }}{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('c') }}{{ 'a\nb\n\n'.splitlines() }}
====
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }};{% endfor %}{% for k in d.keys() %}{{ k }}{% endfor %}{{ d.get('a') }}{{ d.get('q', 5) }}{% for k, v in d|items %}{{ k }}{% endfor %}{% for k, v in {'b': 1, 'a': 2}|dictsort %}{{ k }}{{ v }}{% endfor %}
====
{{ 'role' in messages[0] }} {{ 'tool' in messages[0] }} {{ 'tool' not in messages[0] }} {{ 'ell' in s }} {{ 3 in l }} {{ 'x' in hollow }}
====
{{ 'a' if t else 'b' }}{{ 'a' if f else 'b' }}{{ 'a' if f }}|{{ ('a' if f else 'b') + 'c' }} {{ 'x' + ('a' if t else 'b') }}{{ 'a' if f else 'b' if f else 'c' }}
====
{% for m in messages if m.role == 'user' %}{{ m.role }}{{ loop.index }}{{ loop.last }}{% else %}none{% endfor %}{% for m in hollow %}x{% else %}none{% endfor %}{% for m in messages if not m.role == 'user' %}{{ m.role }}{% endfor %}
====
{% for m in messages %}{% if loop.index0 == 1 %}{% continue %}{% endif %}{% if loop.index0 == 3 %}{% break %}{% endif %}{{ m.role }}{% endfor %}{% for m in messages %}{% for n in [1,2] %}{{ loop.index }}{% if n == 1 %}{% continue %}{% endif %}{{ n }}{% break %}{% endfor %}{{ loop.index }}{% endfor %}
====
{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined else 'none' }}>{{ loop.nextitem.role if not loop.last else 'end' }} {% endfor %}{% for c in 'ab' %}{{ c }}-{% endfor %}
====
{% macro one(a, b='q') %}[{{ a }}{{ b }}]{% endmacro %}{{ one('x') }}{{ one('x', 'y') }}{{ one('x', b='z') }}{% macro two(m) -%}
  {%- if m -%} yes {%- endif -%}
{%- endmacro %}
{{ two(true) }}{{ two(false) }}.
====
{% set c %}
abc {{ n }}
{% endset %}
<{{ c }}>{% set a, b = 1, 2 %}{{ a }}{{ b }}
====
{{ messages|length }} {{ messages | length > 2 }} {{ messages|count }} {{ (messages|first).role }} {{ (messages|last).role }} {{ (l|length) % 2 == 1 }} {{ l|length * 2 }} {{ s|length - 1 }}
====
{{ messages|selectattr('role','equalto','user')|list|length }}{{ messages|selectattr('role','==','user')|map(attribute='role')|join(', ') }}{{ messages|rejectattr('role','equalto','user')|map(attribute='role')|join }}{{ messages|selectattr('role','in',['user','system'])|list|length }}{{ messages|selectattr('tool')|list|length }}{{ messages|selectattr('tool', 'defined')|list|length }}{{ ['a','B']|map('upper')|join }}{{ messages|map(attribute='role')|unique|list }}
====
{{ l|sort|join(',') }} {{ l|max }} {{ l|min }} {{ l|sum }} {{ l|reverse|list }} {{ 'abc'|reverse }} {{ s|upper }} {{ s|title }} {{ s|capitalize }} {{ s|replace('o','0') }} {{ '5'|int + 1 }} {{ 5|string + 'a' }} {{ 3.7|int }} {{ ' x '|trim }} {{ 'xxaxx'|trim('x') }} {{ -3|abs }} {{ 'a\nb\n\nc'|indent }} {{ 'a\nb'|indent(2, true) }} {{ 'ab'|list }} {{ '<b>'|safe }}
====
{{ 1 < 2 }} {{ 'a' < 'b' }} {{ 1 == 1.0 }} {{ 'a' == "a" }} {{ t and f }} {{ '' or 'x' }} {{ not t }} {{ t and not f or f }} {{ n >= 3 and n != 4 }} {{ range(3)|list }} {% for i in range(1, 10, 4) %}{{ i }}{% endfor %}
====
  {% if t %}
    a
  {% endif %}
  b {% if t %} c {% endif %} d
  {# comment #}
  e
{# comment #}
f {# c #}
g
====
{%+ if t %}x{% endif %}
  {%+ if t %}y{% endif +%}

z
====
a  {{- ' b' -}}  c
 {{ 'd' }}
{{ 'e' }}
f
	{%- if t -%}
	 tab
	{%- endif %} end
====
line one
{%- if t %}

  kept?
{%- endif %}

{{ 'x' }}

last

====
a{# x #}
  {# y #}
  {#- z -#}
 b {#+ c +#}
d
{#-#}e
====
{% raw %}
 {{ x }} {% if %}
{% endraw %}
x
  {% raw -%}  y {%- endraw %}  z { { } } {x} {
====
{{ '{{' ~ '}}' }}{{ "{%" }}{{ '%}' }}{{ "it's" }}{{ 'say "hi"' }}{{ 'it\'s' }}{{ 'back\\slash' }}{{ '\u00e9\x41\101\t\q' }}{{ "a" 'b'
 "c" }}
====
{{'a'}}{{-'b'-}}{{ 'c' }}{%if t%}d{%endif%}{%-if t-%} e {%-endif-%} f
====
{{ messages[0].content
   | trim }}{{
 'multi' +
 'line' }}{% if t
 and n == 3 %}x{% endif %}
====
{{ {'a': 1, 'b c': [1, {'d': 2}]}['b c'][1]['d'] }}{{ {'a': 1}.a }}{{ [[1, 2], [3]][0][1] }}{{ messages[1:][0].role }}{{ (messages[1:] | list)[0].role }}{{ l[n - 1] }}{{ messages[messages|length - 1].role }}
====
{% set ns = namespace() %}{% set ns.a = [] %}{% for i in l %}{% set ns.a = ns.a + [i] %}{% endfor %}{{ ns.a }}{{ ns.b is defined }}
====
{{ strftime_now('%B %-d, %Y') }} {{ strftime_now('%A %H:%M') }}
====
{{ raise_exception('no') }}
====
{% if t %}
====
{{ 'a' }
====
{{ n + }}
====
{% for m messages %}{% endfor %}
====
{% include 'x' %}
====
{{ n | nofilter }}
====
{{ n is notest }}
====
{{ nofunction(1) }}
====
{{ s.nomethod() }}
====
{{ l.append(4) }}
'''


def render(template, variables):
    try:
        return environment.from_string(template).render(**variables)
    except (jinja2.exceptions.TemplateError, TypeError, AttributeError) as refusal:
        print(type(refusal).__name__, refusal, file=sys.stderr)
        return None


cases = []
for template in (BRACKETS, HEADERS, LINES, NAMESPACE):
    for messages in CONVERSATIONS:
        for prompt in (True, False):
            variables = {"messages": messages, "bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": prompt}
            cases.append((template, variables))
tools = [{"type": "function", "function": {"name": "f", "description": "é \"q\" <x>", "parameters": {}}}]
cases.append((HEADERS, {**VARIABLES, "tools": tools, "today": "today"}))
cases += [(construct, VARIABLES) for construct in CONSTRUCTS.strip("\n").split("\n====\n")]

json.dump(
    [{"template": t, "variables": v, "rendered": render(t, v)} for t, v in cases],
    sys.stdout, ensure_ascii=False, indent=1,
)
