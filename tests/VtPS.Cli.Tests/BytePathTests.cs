namespace VtPS.Cli.Tests;

/// <summary>Paths with bytes that are not UTF-8, given by a shell.</summary>
public sealed class BytePathTests : Workplace
{
    private const string MakeFiles = """
        set -e
        dir=$(printf 'd\377\\x')
        mkdir "$dir"
        printf one > "$dir/$(printf 'f\200')"
        printf two > "$dir/plain"
        """;

    [LinuxFact]
    public void A_path_is_taken_byte_for_byte_and_comes_back_so()
    {
        VtRun run = Shell($"""
            {MakeFiles}
            export VT_STORE='{StorePath}'
            $VT init >/dev/null
            $VT backup "$dir" >/dev/null
            $VT ls latest --recurse --json
            $VT restore latest --to out >/dev/null
            cat "out/$dir/$(printf 'f\200')" "out/$dir/plain"
            """);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("""
            "Path":"d\\xff\\\\x/f\\x80"
            """.Trim(), run.Output);
        Assert.EndsWith("onetwo", run.Output);
    }

    [LinuxFact]
    public void Option_values_and_inside_paths_are_taken_byte_for_byte()
    {
        VtRun run = Shell($"""
            {MakeFiles}
            export VT_STORE='{StorePath}'
            $VT init >/dev/null
            $VT backup --root="$dir" "$dir/$(printf 'f\200')" >/dev/null
            out=$(printf 'out\376')
            $VT restore "latest:$(printf 'f\200')" --to "$out" >/dev/null
            cat "$out/$(printf 'f\200')"
            printf 'f\200\0' > list
            $VT backup --root "$dir" --file-list list --json >/dev/null
            $VT diff latest "./$out" || echo "exit code $?"
            $VT block --path "$dir/$(printf 'f\200')"
            """);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.StartsWith("one", run.Output);
        Assert.DoesNotContain("exit code", run.Output);
        Assert.Contains("literal:6f6e65", run.Output);
    }

    [LinuxFact]
    public void Started_in_a_folder_whose_name_is_not_UTF8_relative_paths_work()
    {
        VtRun run = Shell($"""
            {MakeFiles}
            cd "$dir"
            $VT init --store '{StorePath}' >/dev/null
            $VT backup "$(printf 'f\200')" plain --store '{StorePath}' >/dev/null
            $VT restore latest --to ../out --store '{StorePath}' >/dev/null
            cat "../out/$(printf 'f\200')" ../out/plain
            """);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.EndsWith("onetwo", run.Output);
    }

    [LinuxFact]
    public void A_missing_path_is_named_in_the_escaped_form()
    {
        MakeStore();

        VtRun run = Shell($"$VT backup \"$(printf 'no\\377where')\" --store '{StorePath}'");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["PathNotFound"], run.ErrorIds);
        Assert.Contains(@"no\xffwhere", run.Error);
    }

    [LinuxFact]
    public void A_Store_path_that_is_not_UTF8_is_refused_not_mistaken()
    {
        VtRun run = Shell("$VT init --store \"$(printf 'st\\377ore')\"");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["InvalidArgument"], run.ErrorIds);
        Assert.Empty(Directory.GetDirectories(Folder, "st*"));
    }
}
