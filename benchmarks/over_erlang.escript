#!/usr/bin/env escript
%% Erlang distribution: a process on one node that sends back what it is asked for, and one on another
%% node that asks. Started by over_erlang.cpp; the flags of the emulator say which port it is about.
-mode(compile).

-define(SERVER, 'ockam_bench_server@127.0.0.1').
-define(CLIENT, 'ockam_bench_client@127.0.0.1').

main(["serve", Port]) ->
    start_node(?SERVER),
    register(echo, spawn(fun echo/0)),
    io:format("ready ~s~n", [Port]),
    wait_for_end();
main(["ask", Size, Window, Each]) ->
    start_node(?CLIENT),
    pong = net_adm:ping(?SERVER),
    Silent = payload($n, list_to_integer(Size)),
    Asking = payload($e, case list_to_integer(Each) of 1 -> byte_size(Silent); _ -> 32 end),
    io:format("ready ~n"),
    fly_as_told(Silent, Asking, list_to_integer(Window), list_to_integer(Each)).

start_node(Name) ->
    {ok, _} = net_kernel:start([Name, longnames]).

payload(First, Size) ->
    Rest = binary:copy(<<16#5a>>, Size - 1),
    <<First, Rest/binary>>.

echo() ->
    receive
        {From, <<$e, _/binary>> = Payload} -> From ! Payload;
        {_, _} -> ok
    end,
    echo().

%% Each line says how many batches to send; the answer, when all have come back, is a line too.
fly_as_told(Silent, Asking, Window, Each) ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            Batches = list_to_integer(string:trim(Line)),
            Send = fun() ->
                [{echo, ?SERVER} ! {self(), Silent} || Each > 1, _ <- lists:seq(1, Each)],
                {echo, ?SERVER} ! {self(), Asking}
            end,
            First = min(Window, Batches),
            [Send() || _ <- lists:seq(1, First)],
            fly(Send, Batches - First, Batches),
            io:format("done~n"),
            fly_as_told(Silent, Asking, Window, Each)
    end.

fly(_, _, 0) -> ok;
fly(Send, ToSend, ToReturn) ->
    receive
        Payload when is_binary(Payload) -> ok
    end,
    case ToSend of
        0 -> fly(Send, 0, ToReturn - 1);
        _ -> Send(), fly(Send, ToSend - 1, ToReturn - 1)
    end.

wait_for_end() ->
    case io:get_line("") of
        eof -> ok;
        _ -> wait_for_end()
    end.
