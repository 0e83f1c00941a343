//! The Kotlin front end: what a file becomes, in the readable form of the program model.

use ddscope::ir::dump::dump;
use ddscope::source::{FRONT_ENDS, File};
use std::sync::Arc;

fn lowered(path: &str, text: &str) -> String {
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&"kt")).expect("kotlin is registered");
    let file = File { path: path.into(), text: Arc::new(text.to_owned()) };
    front_end.lower(&file).iter().map(dump).collect()
}

#[test]
fn classes_and_members() {
    insta::assert_snapshot!(lowered(
        "src/main/kotlin/com/acme/Monitors.kt",
        r#"
package com.acme

import com.datadog.api.client.ApiClient
import com.datadog.api.client.v1.api.MonitorsApi as Api
import com.acme.paths.*

@Service("monitors")
class Monitors(private val client: ApiClient, site: String = "eu", vararg tags: String) : Base<Monitor>(client), Closeable {
    private val base = "https://api.$site"
    private val path = "/api/v1/monitor"
    private val api by lazy { Api(client) }
    val url: String get() = base + path
    @Inject lateinit var other: MonitorsApi

    init {
        register(client)
    }

    constructor(client: ApiClient) : this(client, "us")

    override suspend fun list(id: Long = 1, vararg names: String): List<Monitor>? = api.list(id)

    inner class Inner { fun run() = client.close() }

    companion object {
        const val ROOT = "/api/v1"
        @JvmStatic
        fun make(): Monitors { return Monitors(ApiClient()) }
    }
}

object Single : Closeable {
    private val api = Api()
    fun all() = api.listMonitors()
}

enum class Endpoint(val path: String) {
    LIST("/monitor"),
    SEARCH("/search") {
        override fun verb() = "POST"
    };

    open fun verb() = "GET"
}

data class Config(val site: String, val key: String?)

interface Queries {
    @GET("api/v1/query")
    suspend fun query(@Query("from") from: Long): Response

    @POST("api/v2/x") fun post(): Call<Unit>
}

fun Api.closing(): String = this.toString()
val Api.label: String get() = name
val shared: Api by lazy { Api() }
typealias Table = Map<String, String>
"#
    ));
}

#[test]
fn statements_and_expressions() {
    insta::assert_snapshot!(lowered(
        "src/main/kotlin/com/acme/Run.kt",
        r#"
package com.acme
class Run(private val api: MonitorsApi) {
    private val paths = mutableMapOf("list" to "/monitor")

    suspend fun run(kind: Kind, any: Any?): Any? {
        val url = "https://api.$site/${kind.path}/api/v1" + "/x" + kind
        val block = """
            /api/v1/${kind}
        """.trimIndent()
        val formatted = "%s/%d".format(url, 3) + String.format(url, 1)
        val dollar = "cost \$5 and $ 6"
        var verb = when (kind) { Kind.A, Kind.B -> "GET"; is String -> "x" else -> "POST" }
        val slow = if (any == null) "a" else { log(); "b" }
        val tried = try { api.listMonitors() } catch (e: Exception) { null }
        val site = System.getenv("DD_SITE") ?: "datadoghq.com"
        val found = any?.let { it as MonitorsApi } ?: return null
        when (any) {
            is MonitorsApi -> any.listMonitors()
            !in list -> throw Error("no")
        }
        if (any is DashboardsApi) any.listDashboards() else if (kind in kinds) run(kind, 1)
        for ((name, path) in paths) { get(name, path) }
        for (i in 0..3) { if (i == 2) continue; use(i) }
        while (true) { return api.getMonitor(1) }
        paths["extra"] = "/extra"
        verb += "!"
        val request = Request.Builder().apply { url(url); header("a", site) }.build()
        with(api) { getMonitor(2L); this.deleteMonitor(3L) }
        val result = withContext(IO) { api.createMonitor(body = Monitor(), notify = true) }
        val later = async { api.validateMonitor() }.await()
        val (first, _) = pair()
        list.forEach { m -> api.updateMonitor(m.id, m) }
        retry(3) { api.searchMonitors() }
        val task = object : Runnable {
            override fun run() { api.listMonitors(); this@Run.close() }
        }
        val f = api::getMonitor
        val g = ::MonitorsApi
        val service = retrofit.create<Queries>()
        val other = koin.get<MonitorsApi>("named")
        val type = retrofit.create(Queries::class.java)
        val typed: MonitorsApi = koin.get()
        fun nested(n: Int) = api.getMonitor(n)
        nested(4)
        call(*names, n = 1)
        return first!!
    }
}
"#
    ));
}

#[test]
fn broken_and_hostile_input_costs_only_itself() {
    let broken = lowered("A.kt", "class A {\n fun f() { val x = }\n}\nfun g() { get(\"/api/v1/monitor\") }\n");
    assert!(broken.contains("get(\"/api/v1/monitor\")"), "{broken}");
    assert!(broken.contains("syntax error"), "{broken}");
    for (open, close) in [("(", ")"), ("f(", ")"), ("{ ", " }"), ("!", ""), ("if (a) ", ""), ("a.b(", ").c()")] {
        let deep = format!("val x = {}1{}\n", open.repeat(10_000), close.repeat(10_000));
        assert!(lowered("Deep.kt", &deep).contains("syntax error"), "{open}");
    }
    let long = format!("val x = \"a\"{}\n", " + \"b\"".repeat(10_000));
    assert!(lowered("Long.kt", &long).contains("abbb"));
    lowered("Nested.kt", &format!("{}{}", "class A {\n ".repeat(2_000), "}\n".repeat(2_000)));
}

#[test]
fn test_code_is_told_by_source_set_library_and_annotation() {
    assert!(lowered("src/commonTest/kotlin/A.kt", "class A").contains("(kotlin) test"));
    assert!(lowered("src/main/kotlin/A.kt", "import kotlin.test.Test\nclass A").contains("(kotlin) test"));
    assert!(lowered("A.kt", "class A {\n @Test\n fun f() {}\n}").contains("Plain test"));
    assert!(!lowered("src/main/kotlin/A.kt", "class A {\n fun run() {}\n}").contains(" test"));
}
